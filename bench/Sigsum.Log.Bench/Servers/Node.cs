using System.Globalization;
using Sigsum.Testing;

namespace Sigsum.Log.Bench.Servers;

/// <summary>One server process, which can be killed and started again with the same or other arguments.</summary>
internal sealed class Node(string name) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // In the order of /proc/PID/stat, counted from the state, which follows the name.
    private const int UserTicks = 11;
    private const int SystemTicks = 12;
    private const double TicksPerSecond = 100;

    private readonly FreePort _external = FreePort.Reserve();
    private readonly FreePort _internal = FreePort.Reserve();
    private ProgramProcess? _process;

    public string Name => name;

    /// <summary>The base URL for clients.</summary>
    public Uri Url => _external.Url;

    /// <summary>The base URL for other nodes.</summary>
    public Uri InternalUrl => _internal.Url;

    public ProgramProcess Process => _process ?? throw new InvalidOperationException($"{name} is not started");

    /// <summary>The options that name the endpoints.</summary>
    public IEnumerable<string> Endpoints =>
        [$"--external-endpoint={_external.Endpoint}", $"--internal-endpoint={_internal.Endpoint}"];

    /// <summary>Starts the server and waits until it takes connections.</summary>
    public async Task StartAsync(string program, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        await StopAsync();
        // The configuration file of the machine, should there be one, is not for measurements.
        Dictionary<string, string?> environment = new() { ["SIGSUM_LOGSERVER_CONFIG"] = null };
        _process = ProgramProcess.Start(program, arguments, environment);
        await _process.WaitForPortAsync(_external, Patience, cancellation);
    }

    /// <summary>Waits until the other endpoint takes connections too.</summary>
    public Task WaitForInternalAsync(CancellationToken cancellation) =>
        Process.WaitForPortAsync(_internal, Patience, cancellation);

    /// <summary>SIGTERM, and the end of the process.</summary>
    public async Task TerminateAsync(CancellationToken cancellation)
    {
        Process.Signal(UnixSignal.Terminate);
        await Process.WaitForExitAsync(Patience, cancellation);
    }

    /// <summary>Kills the process, if it runs.</summary>
    public async Task StopAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _process = null;
    }

    /// <summary>Memory of the process that is resident, in MiB.</summary>
    public double ResidentMiB()
    {
        string line = File.ReadLines($"/proc/{Process.Id}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    /// <summary>Processor time that the process has used.</summary>
    public TimeSpan ProcessorTime()
    {
        string stat = File.ReadAllText($"/proc/{Process.Id}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        double ticks = double.Parse(fields[UserTicks], CultureInfo.InvariantCulture)
            + double.Parse(fields[SystemTicks], CultureInfo.InvariantCulture);
        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _external.Dispose();
        _internal.Dispose();
    }
}
