using Sigsum.Testing;

namespace Sigsum.Log.Peers.Tests.Instance;

/// <summary>
/// One node of a log: a server process with its ports, which can be stopped, killed and started again with the same
/// command line.
/// </summary>
internal sealed class LogNode : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);
    private readonly FreePort _external = FreePort.Reserve();
    private readonly FreePort _internal = FreePort.Reserve();
    private string? _program;
    private string[] _arguments = [];
    private string? _agentSocket;
    private ProgramProcess? _process;

    public LogNode(string name) => Name = name;

    public string Name { get; }

    public Uri Url => _external.Url;

    public Uri InternalUrl => _internal.Url;

    public ProgramProcess Process => _process ?? throw new InvalidOperationException($"{Name} is not started.");

    /// <summary>Sets the command line, to which the endpoints are added, and the ssh-agent, if there is one.</summary>
    public void Configure(string program, IEnumerable<string> arguments, string? agentSocket)
    {
        _program = program;
        _agentSocket = agentSocket;
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
        Dictionary<string, string?> environment = new() { ["SIGSUM_LOGSERVER_CONFIG"] = null, ["SSH_AUTH_SOCK"] = _agentSocket };
        _process = ProgramProcess.Start(_program, _arguments, environment);
        await _process.WaitForPortAsync(_external, StartPatience, cancellation);
        await _process.WaitForPortAsync(_internal, StartPatience, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _external.Dispose();
        _internal.Dispose();
    }
}
