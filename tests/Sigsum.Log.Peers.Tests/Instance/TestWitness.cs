using Sigsum.Testing;

namespace Sigsum.Log.Peers.Tests.Instance;

/// <summary>A running witness from Debian that cosigns one log.</summary>
internal sealed class TestWitness : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly FreePort _port;
    private ProgramProcess? _process;
    private SshAgent? _agent;

    private TestWitness(string name, TestKey key, FreePort port) => (Name, Key, _port) = (name, key, port);

    /// <summary>The name that policies give it.</summary>
    public string Name { get; }

    public TestKey Key { get; }

    /// <summary>Its line in a policy file.</summary>
    public string PolicyLine => $"witness {Name} {Key.PublicHex} {_port.Url}";

    /// <summary>Sigsum's witness for testing.</summary>
    public static async Task<TestWitness> StartSigsumWitnessAsync(
        PeerPrograms peers, TempDirectory folder, TestKey log, CancellationToken cancellation)
    {
        TestKey key = await TestKey.GenerateAsync(peers, folder, "sigsum-witness", cancellation);
        TestWitness witness = new("W1", key, FreePort.Reserve());
        string[] arguments =
        [
            "-k", key.PrivateFile, "--log-key", log.PublicFile, "--state-file", folder.PathOf("sigsum-witness.state"),
            witness._port.Endpoint,
        ];
        await witness.StartAsync(peers["sigsum-witness"], arguments, cancellation);
        return witness;
    }

    /// <summary>torchwood's litewitness, which signs with a key in an ssh-agent.</summary>
    public static async Task<TestWitness> StartLiteWitnessAsync(
        PeerPrograms peers, TempDirectory folder, TestKey log, CancellationToken cancellation)
    {
        TestKey key = await TestKey.GenerateAsync(peers, folder, "litewitness", cancellation);
        TestWitness witness = new("W2", key, FreePort.Reserve());
        string socket = folder.PathOf("litewitness.sock");
        string database = folder.PathOf("litewitness.db");
        witness._agent = await SshAgent.StartAsync(peers, socket, key, cancellation);
        string listing = (await ProgramProcess.RunAsync(peers["ssh-keygen"], ["-l", "-f", key.PublicFile], cancellation))
            .Succeeded().Output;
        string fingerprint = listing.Split(' ')[1];

        string[] addLog = ["add-sigsum-log", "-db", database, "-key", log.PublicHex];
        (await ProgramProcess.RunAsync(peers["witnessctl"], addLog, cancellation)).Succeeded();
        string[] arguments =
        [
            "-db", database, "-key", fingerprint, "-name", "example.com/litewitness", "-ssh-agent", socket,
            "-listen", witness._port.Endpoint,
        ];
        await witness.StartAsync(peers["litewitness"], arguments, cancellation);
        return witness;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        if (_agent is not null)
            await _agent.DisposeAsync();
        _port.Dispose();
    }

    private async Task StartAsync(string program, string[] arguments, CancellationToken cancellation)
    {
        _process = ProgramProcess.Start(program, arguments);
        await _process.WaitForPortAsync(_port, Patience, cancellation);
    }
}
