using Sigsum.Testing;

namespace Sigsum.Log.Peers.Tests.Instance;

/// <summary>An Ed25519 key pair in OpenSSH files, made and described by Debian's sigsum-key, not by our own code.</summary>
internal sealed record TestKey(string PrivateFile, string PublicHex, string KeyHash)
{
    public string PublicFile => PrivateFile + ".pub";

    public static async Task<TestKey> GenerateAsync(
        PeerPrograms peers, TempDirectory folder, string name, CancellationToken cancellation)
    {
        string file = folder.PathOf(name + ".key");
        await RunAsync("generate", "-o", file);
        return new TestKey(file, await RunAsync("to-hex", "-k", file + ".pub"), await RunAsync("to-hash", "-k", file + ".pub"));

        async Task<string> RunAsync(params string[] arguments) =>
            (await ProgramProcess.RunAsync(peers["sigsum-key"], arguments, cancellation)).Succeeded().Output.Trim();
    }
}
