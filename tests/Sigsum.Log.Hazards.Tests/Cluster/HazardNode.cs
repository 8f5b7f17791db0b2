using Sigsum.Testing;

namespace Sigsum.Log.Hazards.Tests.Cluster;

/// <summary>
/// One node of a log: a server process with its folder (data directory, sth file), key and ports, and all that can
/// happen to it: being stopped, killed, frozen, put back to an older copy, started with another command line.
/// </summary>
internal sealed class HazardNode : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly PeerPrograms _peers;
    private readonly FreePort _external = FreePort.Reserve();
    private readonly FreePort _internal = FreePort.Reserve();
    private readonly List<ProgramOutput> _outputs = [];
    private ProgramProcess? _process;

    /// <param name="peers">Debian's programs.</param>
    /// <param name="parent">Where its folder is made.</param>
    /// <param name="name">Its name, and its folder's.</param>
    /// <param name="kind">Whose program it is.</param>
    /// <param name="role">The program's name: primary or secondary.</param>
    /// <param name="key">The key that it signs with.</param>
    public HazardNode(PeerPrograms peers, string parent, string name, ServerKind kind, string role, HazardKey key)
    {
        _peers = peers;
        Name = name;
        Kind = kind;
        Role = role;
        Folder = new NodeFolder(Path.Combine(parent, name));
        UseKey(key);
        Arguments.Add("external-endpoint", _external.Endpoint);
        Arguments.Add("internal-endpoint", _internal.Endpoint);
        if (kind == ServerKind.Ours)
            Arguments.Add("data-dir", Folder.Data);
        else
            Arguments.Add("backend", "ephemeral");
    }

    public string Name { get; }

    public ServerKind Kind { get; }

    /// <summary>What it is started as; an operator who promotes it writes another word.</summary>
    public string Role { get; set; }

    public HazardKey Key { get; private set; } = null!;

    public NodeFolder Folder { get; }

    public NodeArguments Arguments { get; } = new();

    /// <summary>The base URL for clients, with nothing in between.</summary>
    public Uri Url => _external.Url;

    /// <summary>The base URL for nodes and monitoring, with nothing in between.</summary>
    public Uri InternalUrl => _internal.Url;

    public ProgramProcess Process => _process ?? throw new InvalidOperationException($"{Name} is not started.");

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>All that it has written, over all its starts.</summary>
    public IEnumerable<string> Lines => _outputs.SelectMany(output => output.Lines);

    /// <summary>Gives it another key from its next start on.</summary>
    public void UseKey(HazardKey key)
    {
        Key = key;
        Arguments.Set("key-file", key.PrivateFile);
    }

    /// <summary>Starts it and waits until it takes connections.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        await LaunchAsync();
        await WaitUntilUpAsync(cancellation);
    }

    /// <summary>Starts it, and waits for nothing.</summary>
    public async Task LaunchAsync()
    {
        if (IsRunning)
            throw new InvalidOperationException($"{Name} runs already.");
        if (_process is not null)
            await _process.DisposeAsync();
        _process = Kind == ServerKind.Ours
            ? ProgramProcess.Start(SigsumLog.Executable, Arguments.Words.Prepend(Role), Environment)
            : ProgramProcess.Start(_peers["sigsum-log-" + Role], Arguments.Words, Environment);
        _outputs.Add(_process.Output);
    }

    /// <summary>Waits until it takes connections, after <see cref="LaunchAsync"/>.</summary>
    public async Task WaitUntilUpAsync(CancellationToken cancellation)
    {
        await Process.WaitForPortAsync(_internal, Patience, cancellation);
        await Process.WaitForPortAsync(_external, Patience, cancellation);
    }

    /// <summary>Starts it, unless it refuses; whether it takes connections. Why not is in its output.</summary>
    public async Task<bool> TryStartAsync(CancellationToken cancellation)
    {
        try
        {
            await StartAsync(cancellation);
            return true;
        }
        catch (InvalidOperationException) when (Process.HasExited)
        {
            return false;
        }
    }

    /// <summary>Starts it where it has to end by itself; returns the exit code.</summary>
    public async Task<int> StartToEndAsync(CancellationToken cancellation)
    {
        await LaunchAsync();
        return await Process.WaitForExitAsync(Patience, cancellation);
    }

    /// <summary>SIGKILL, at whatever it is doing.</summary>
    public Task KillAsync() => Process.KillAsync();

    /// <summary>SIGTERM; it must end cleanly.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        Process.Signal(UnixSignal.Terminate);
        int exitCode = await Process.WaitForExitAsync(Patience, cancellation);
        // log-go is ended by the signal itself.
        if (exitCode != 0 && Kind == ServerKind.Ours)
            throw new InvalidOperationException($"{Name} ended with {exitCode}. It wrote:\n{Process.Output}");
    }

    /// <summary>
    /// Copies its data directory and sth file as a snapshot of its disk would: all of one moment. Returns the copy's folder.
    /// </summary>
    public async Task<string> BackUpAsync(CancellationToken cancellation)
    {
        if (!IsRunning)
            return await Folder.CopyAsync(cancellation);
        try
        {
            await Process.FreezeAsync(Patience, cancellation);
            return await Folder.CopyAsync(cancellation);
        }
        finally
        {
            Process.Signal(UnixSignal.Continue);
        }
    }

    /// <summary>
    /// Copies its data directory and sth file while it writes them. What was copied first may not fit what was copied last,
    /// and the node may refuse to start from it.
    /// </summary>
    public Task<string> CopyAsItRunsAsync(CancellationToken cancellation) => Folder.CopyAsync(cancellation);

    /// <summary>Puts a copy back in place of what there is. The node must not run.</summary>
    public Task RestoreAsync(string copy, CancellationToken cancellation)
    {
        if (IsRunning)
            throw new InvalidOperationException($"{Name} runs.");
        return Folder.ReplaceAsync(copy, cancellation);
    }

    /// <summary>Waits for a line that holds <paramref name="text"/>, in the output of its latest start.</summary>
    public Task<string> WaitForLineAsync(string text, CancellationToken cancellation) =>
        Process.WaitForLineAsync(text, Patience, cancellation);

    /// <summary>
    /// Runs a command of sigsum-log on the node, such as <c>promote</c>, as its operator would: with those of the
    /// node's own options that the command takes, and more.
    /// </summary>
    /// <param name="command">The words before the options.</param>
    /// <param name="own">The names of the node's own options to pass on.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="more">Further words.</param>
    public Task<ProgramResult> RunAsync(
        string command, string[] own, CancellationToken cancellation, params string[] more) =>
        ProgramProcess.RunAsync(
            SigsumLog.Executable,
            [.. command.Split(' '), .. Arguments.Only(own), .. more],
            cancellation,
            environment: Environment);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _external.Dispose();
        _internal.Dispose();
    }

    // The configuration file of the machine, should there be one, is not for tests.
    private static Dictionary<string, string?> Environment =>
        new() { ["SIGSUM_LOGSERVER_CONFIG"] = null, ["SSH_AUTH_SOCK"] = null };
}
