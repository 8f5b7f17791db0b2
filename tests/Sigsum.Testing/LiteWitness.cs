namespace Sigsum.Testing;

/// <summary>The real litewitness (torchwood), whose key a real ssh-agent holds.</summary>
public sealed class LiteWitness : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);
    private readonly PeerPrograms _programs;
    private readonly string _database;
    private readonly SshAgent _agent;
    private readonly ProgramProcess _process;
    private readonly FreePort _port;

    private LiteWitness(
        PeerPrograms programs, string database, SshAgent agent, ProgramProcess process, FreePort port)
    {
        _programs = programs;
        _database = database;
        _agent = agent;
        _process = process;
        _port = port;
    }

    /// <summary>The submission prefix.</summary>
    public Uri Url => _port.Url;

    /// <summary>Starts it with an empty database in <paramref name="folder"/>.</summary>
    /// <param name="programs">Debian's programs.</param>
    /// <param name="folder">Where it keeps its files.</param>
    /// <param name="keyFile">Its key: an OpenSSH private key file.</param>
    /// <param name="name">Its name on signature lines.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<LiteWitness> StartAsync(
        PeerPrograms programs, TempDirectory folder, string keyFile, string name, CancellationToken cancellation)
    {
        SshAgent agent = await SshAgent.StartAsync(programs, folder.PathOf("litewitness.sock"), cancellation);
        await agent.AddAsync(keyFile, cancellation);
        string fingerprint = await SshAgent.FingerprintAsync(programs, keyFile, cancellation);
        FreePort port = FreePort.Reserve();
        string database = folder.PathOf("litewitness.db");
        ProgramProcess process = ProgramProcess.Start(programs["litewitness"],
        [
            "-db", database, "-key", fingerprint, "-name", name, "-ssh-agent", agent.Socket, "-listen", port.Endpoint,
        ]);
        var witness = new LiteWitness(programs, database, agent, process, port);
        try
        {
            await process.WaitForPortAsync(port, s_limit, cancellation);
            return witness;
        }
        catch
        {
            await witness.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes a Sigsum log known to it.</summary>
    /// <param name="publicKeyHex">The log's key.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task AddLogAsync(string publicKeyHex, CancellationToken cancellation)
    {
        string[] arguments = ["add-sigsum-log", "-db", _database, "-key", publicKeyHex];
        ProgramResult result = await ProgramProcess.RunAsync(_programs["witnessctl"], arguments, cancellation);
        result.Succeeded();
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        await _agent.DisposeAsync();
        _port.Dispose();
    }
}
