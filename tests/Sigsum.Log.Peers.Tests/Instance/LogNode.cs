using Sigsum.Testing;

namespace Sigsum.Log.Peers.Tests.Instance;

/// <summary>
/// One node of a log: a server process with its ports, which can be stopped, killed and started again with the same
/// command line.
/// </summary>
internal sealed class LogNode : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private readonly FreePort _external = FreePort.Reserve();
    private readonly FreePort _internal = FreePort.Reserve();
    private string? _program;
    private string[] _arguments = [];
    private ProgramProcess? _process;

    public LogNode(string name) => Name = name;

    public string Name { get; }

    public Uri Url => _external.Url;

    public Uri InternalUrl => _internal.Url;

    public ProgramProcess Process => _process ?? throw new InvalidOperationException($"{Name} is not started.");

    /// <summary>Sets the command line; the endpoints are added here.</summary>
    public void Configure(string program, IEnumerable<string> arguments)
    {
        _program = program;
        _arguments =
        [
            .. arguments, $"--external-endpoint={_external.Endpoint}", $"--internal-endpoint={_internal.Endpoint}",
        ];
    }

    /// <summary>Starts the server and waits until it takes connections.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        if (_program is null)
            throw new InvalidOperationException($"{Name} is not configured.");
        if (_process is not null)
            await _process.DisposeAsync();
        // The configuration file of the machine, should there be one, is not for tests.
        Dictionary<string, string?> environment = new() { ["SIGSUM_LOGSERVER_CONFIG"] = null };
        _process = ProgramProcess.Start(_program, _arguments, environment);
        await _process.WaitForPortAsync(_external, StartLimit, cancellation);
        await _process.WaitForPortAsync(_internal, StartLimit, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _external.Dispose();
        _internal.Dispose();
    }
}
