namespace Sigsum.Testing;

/// <summary>A real node of log-go, primary or secondary, with its tree in memory.</summary>
public sealed class LogGo : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);
    private readonly FreePort _external;
    private readonly FreePort _internal;

    private LogGo(ProgramProcess process, FreePort external, FreePort @internal)
    {
        Process = process;
        _external = external;
        _internal = @internal;
    }

    public ProgramProcess Process { get; }

    /// <summary>The base URL for clients.</summary>
    public Uri Url => _external.Url;

    /// <summary>The base URL for other nodes.</summary>
    public Uri InternalUrl => _internal.Url;

    /// <summary>Starts a primary on a new, empty log that rotates its head each second.</summary>
    /// <param name="programs">Debian's programs.</param>
    /// <param name="folder">Where it keeps its tree head.</param>
    /// <param name="keyFile">The log's key: an OpenSSH private key file.</param>
    /// <param name="options">More options, such as <c>--policy-file=...</c>.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<LogGo> StartPrimaryAsync(
        PeerPrograms programs,
        TempDirectory folder,
        string keyFile,
        string[] options,
        CancellationToken cancellation)
    {
        string sthFile = folder.PathOf("log-go.sth");
        string[] mktree = [$"--sth-file={sthFile}", "--mode=empty"];
        (await ProgramProcess.RunAsync(programs["sigsum-mktree"], mktree, cancellation)).Succeeded();
        return await StartAsync(
            programs["sigsum-log-primary"], keyFile, [$"--sth-file={sthFile}", .. options], cancellation);
    }

    /// <summary>Starts a secondary that follows a primary.</summary>
    /// <param name="programs">Debian's programs.</param>
    /// <param name="keyFile">The secondary's key: an OpenSSH private key file.</param>
    /// <param name="primary">The base URL of the primary for other nodes.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static Task<LogGo> StartSecondaryAsync(
        PeerPrograms programs, string keyFile, Uri primary, CancellationToken cancellation) =>
        StartAsync(programs["sigsum-log-secondary"], keyFile, [$"--primary-url={primary}"], cancellation);

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        _external.Dispose();
        _internal.Dispose();
    }

    private static async Task<LogGo> StartAsync(
        string program, string keyFile, string[] options, CancellationToken cancellation)
    {
        FreePort external = FreePort.Reserve();
        FreePort @internal = FreePort.Reserve();
        ProgramProcess process = ProgramProcess.Start(program,
        [
            "--backend=ephemeral", $"--key-file={keyFile}", "--interval=1s",
            $"--external-endpoint={external.Endpoint}", $"--internal-endpoint={@internal.Endpoint}", .. options,
        ]);
        var node = new LogGo(process, external, @internal);
        try
        {
            await process.WaitForPortAsync(@internal, s_limit, cancellation);
            await process.WaitForPortAsync(external, s_limit, cancellation);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }
}
