namespace Sigsum.Testing;

/// <summary>The real sigsum-witness of sigsum-go, for a single log.</summary>
public sealed class SigsumWitness : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);
    private readonly ProgramProcess _process;
    private readonly FreePort _port;

    private SigsumWitness(ProgramProcess process, FreePort port) => (_process, _port) = (process, port);

    /// <summary>The submission prefix.</summary>
    public Uri Url => _port.Url;

    /// <summary>Starts it with its state in <paramref name="folder"/>, which may be there already.</summary>
    /// <param name="programs">Debian's programs.</param>
    /// <param name="folder">Where it keeps its state.</param>
    /// <param name="keyFile">Its key: an OpenSSH private key file.</param>
    /// <param name="logKeyFile">The log's key: an OpenSSH public key file.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<SigsumWitness> StartAsync(
        PeerPrograms programs,
        TempDirectory folder,
        string keyFile,
        string logKeyFile,
        CancellationToken cancellation)
    {
        FreePort port = FreePort.Reserve();
        ProgramProcess process = ProgramProcess.Start(programs["sigsum-witness"],
        [
            "-k", keyFile, "--log-key", logKeyFile, "--state-file", folder.PathOf("sigsum-witness.state"),
            port.Endpoint,
        ]);
        var witness = new SigsumWitness(process, port);
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

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _port.Dispose();
    }
}
