using Sigsum.Crypto;
using Sigsum.Testing;

namespace Sigsum.Log.Bench.Servers;

/// <summary>An Ed25519 key in OpenSSH files, made by Debian's sigsum-key.</summary>
internal sealed record NodeKey(string PrivateFile, PublicKey PublicKey)
{
    public string PublicFile => PrivateFile + ".pub";

    public static async Task<NodeKey> GenerateAsync(
        PeerPrograms peers, TempDirectory folder, string name, CancellationToken cancellation)
    {
        string file = folder.PathOf(name + ".key");
        await RunAsync("generate", "-o", file);
        return new NodeKey(file, PublicKey.ParseHex((await RunAsync("to-hex", "-k", file + ".pub")).Trim()));

        async Task<string> RunAsync(params string[] arguments) =>
            (await ProgramProcess.RunAsync(peers["sigsum-key"], arguments, cancellation)).Succeeded().Output;
    }
}
