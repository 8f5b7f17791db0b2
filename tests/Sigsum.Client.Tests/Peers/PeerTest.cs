using System.Text;
using Sigsum.Crypto;
using Sigsum.Keys;
using Sigsum.Policy;
using Sigsum.Testing;

namespace Sigsum.Client.Tests.Peers;

/// <summary>What the tests with Debian's programs share: programs, a folder, key files.</summary>
public abstract class PeerTest : ClientTest, IAsyncLifetime
{
    protected static TimeSpan Limit { get; } = TimeSpan.FromSeconds(30);

    protected TempDirectory Folder { get; } = new();

    protected PeerPrograms Programs { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Programs = await PeerPrograms.RequireAsync(Cancel);

    public virtual ValueTask DisposeAsync()
    {
        Folder.Dispose();
        Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    protected string PrivateKeyFile(string name, Ed25519Signer key) =>
        Folder.Write(name, OpenSshKey.FormatPrivate(key));

    protected string PublicKeyFile(string name, Ed25519Signer key) =>
        Folder.Write(name, OpenSshKey.FormatPublic(key.PublicKey));

    protected static TrustPolicy Policy(string text) => TrustPolicy.Parse(Encoding.UTF8.GetBytes(text));
}
