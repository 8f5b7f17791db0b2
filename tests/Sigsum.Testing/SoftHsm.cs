using System.Runtime.InteropServices;
using Xunit;

namespace Sigsum.Testing;

/// <summary>
/// Debian's SoftHSM, a PKCS#11 module whose tokens are files, with a folder of tokens of its own. It is unpacked by
/// eng/install-softhsm when a test first asks for it; a failure to do so on Debian is a failure of the test.
/// </summary>
public sealed partial class SoftHsm : IDisposable
{
    /// <summary>The PIN of every token that is made here.</summary>
    public const string Pin = "12345678";

    private static readonly Lazy<Task<string>> Unpacked = new(UnpackAsync);
    private readonly TempDirectory _folder = new();

    private SoftHsm(string bin)
    {
        Bin = bin;
        Directory.CreateDirectory(Tokens);
        Configuration = _folder.Write("softhsm2.conf", $"directories.tokendir = {Tokens}\nlog.level = ERROR\n");
    }

    /// <summary>The folder with softhsm2-util and pkcs11-tool.</summary>
    public string Bin { get; }

    /// <summary>The module.</summary>
    public string Module => Path.Combine(Bin, "libsofthsm2.so");

    /// <summary>The file that SOFTHSM2_CONF has to name for whoever uses these tokens.</summary>
    public string Configuration { get; }

    /// <summary>The environment for programs that use these tokens.</summary>
    public Dictionary<string, string?> Environment => new() { ["SOFTHSM2_CONF"] = Configuration };

    private string Tokens => _folder.PathOf("tokens");

    private string Taken => _folder.PathOf("taken");

    /// <summary>Unpacks it; skips the test elsewhere than on Debian.</summary>
    public static async Task<SoftHsm> RequireAsync(CancellationToken cancellation)
    {
        if (PeerPrograms.SkipReason is { } reason)
            Assert.Skip(reason);
        return new SoftHsm(await Unpacked.Value.WaitAsync(cancellation));
    }

    /// <summary>Copies of all tokens with their keys, as the second device of a pair that was set up together.</summary>
    public SoftHsm Clone()
    {
        SoftHsm clone = new(Bin);
        foreach (string file in Directory.EnumerateFiles(Tokens, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(clone.Tokens, Path.GetRelativePath(Tokens, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return clone;
    }

    /// <summary>
    /// Makes this process use these tokens. The module reads the variable with C's getenv, which does not see what .NET
    /// sets. One test at a time can do this in a process.
    /// </summary>
    public void UseInThisProcess()
    {
        if (SetEnvironment("SOFTHSM2_CONF", Configuration, 1) != 0)
            throw new InvalidOperationException("setenv failed");
    }

    /// <summary>Makes an empty token.</summary>
    public Task MakeTokenAsync(string label, CancellationToken cancellation) => RunAsync(
        "softhsm2-util", ["--init-token", "--free", "--label", label, "--pin", Pin, "--so-pin", "87654321"], cancellation);

    /// <summary>Makes a key in a token.</summary>
    /// <param name="token">The token's label.</param>
    /// <param name="label">The key's label.</param>
    /// <param name="id">The key's identifier in hex.</param>
    /// <param name="type">As pkcs11-tool names it.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task MakeKeyAsync(
        string token, string label, string id, CancellationToken cancellation, string type = "EC:edwards25519") =>
        PkcsToolAsync(token, ["--keypairgen", "--key-type", type, "--label", label, "--id", id], cancellation);

    /// <summary>Runs pkcs11-tool, logged in to a token.</summary>
    public Task PkcsToolAsync(string token, string[] arguments, CancellationToken cancellation) => RunAsync(
        "pkcs11-tool", ["--module", Module, "--token-label", token, "--login", "--pin", Pin, .. arguments], cancellation);

    /// <summary>Takes all tokens out.</summary>
    public void TakeOut() => Directory.Move(Tokens, Taken);

    /// <summary>Puts the tokens back that were taken out.</summary>
    public void PutBack()
    {
        if (Directory.Exists(Tokens))
            Directory.Delete(Tokens, recursive: true);
        Directory.Move(Taken, Tokens);
    }

    /// <summary>A key of these tokens, as --key-file takes it, without a PIN.</summary>
    public string Uri(string token, string key) => $"pkcs11:token={token};object={key}?module-path={Module}";

    public void Dispose() => _folder.Dispose();

    private static async Task<string> UnpackAsync()
    {
        ProgramResult result = await ProgramProcess.RunAsync(
            Repository.PathOf("eng", "install-softhsm"), [], CancellationToken.None, timeout: TimeSpan.FromMinutes(10));
        return result.Succeeded().Output.Trim();
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    private async Task RunAsync(string program, string[] arguments, CancellationToken cancellation)
    {
        ProgramResult result = await ProgramProcess.RunAsync(
            Path.Combine(Bin, program), arguments, cancellation, environment: Environment);
        result.Succeeded();
    }
}
