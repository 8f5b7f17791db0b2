using System.Diagnostics;
using System.Net.Sockets;
using Sigsum.Log.Failover;

namespace Sigsum.Log.Cli.Drill;

/// <summary>A node of a drill: a process of this very program, with ports on loopback, that is started, killed and stopped.</summary>
internal sealed class DrillNode(string folder, string name, int externalPort, int internalPort) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private Process? _process;

    /// <summary>Its data directory.</summary>
    public string DataDir => Path.Combine(folder, name);

    /// <summary>Its signed tree head.</summary>
    public string SthFile => Path.Combine(folder, $"{name}.sth");

    /// <summary>Its own key, with which it acknowledges.</summary>
    public string KeyFile => Path.Combine(folder, $"{name}.key");

    /// <summary>Where clients reach it.</summary>
    public Uri Url => new($"http://127.0.0.1:{externalPort}/");

    /// <summary>Where nodes reach it.</summary>
    public Uri InternalUrl => new($"http://127.0.0.1:{internalPort}/");

    /// <summary>Starts it in a role, and waits until it listens.</summary>
    public async Task StartAsync(string role, IEnumerable<string> options, CancellationToken cancellationToken)
    {
        _process?.Dispose();
        _process = Start(
        [
            role, $"--data-dir={DataDir}", $"--external-endpoint=127.0.0.1:{externalPort}",
            $"--internal-endpoint=127.0.0.1:{internalPort}", $"--log-file={Path.Combine(folder, $"{name}.log")}",
            "--interval=2s", .. options,
        ]);
        var time = TimeProvider.System;
        var started = time.GetTimestamp();
        while (!await ListensAsync(cancellationToken))
        {
            if (_process.HasExited || time.GetElapsedTime(started) > Patience)
                throw new FailoverException($"node {name} did not start; what it says is in {folder}/{name}.log");
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancellationToken);
        }
    }

    /// <summary>Starts it although it should refuse, and waits for its end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StartInVainAsync(string role, IEnumerable<string> options, CancellationToken cancellationToken)
    {
        try
        {
            await StartAsync(role, options, cancellationToken);
            throw new FailoverException($"node {name} started, and should have refused");
        }
        catch (FailoverException) when (_process!.HasExited)
        {
            return _process.ExitCode;
        }
    }

    /// <summary>Ends it as a failing machine does.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _process!.Kill();
        await _process.WaitForExitAsync(cancellationToken);
    }

    /// <summary>Ends it as a service manager does.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await RunAsync("kill", ["-TERM", _process!.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)], cancellationToken);
        await _process.WaitForExitAsync(cancellationToken);
    }

    /// <summary>Runs a command of this program on the stopped node.</summary>
    /// <exception cref="FailoverException">It refuses; with its own words.</exception>
    public static async Task CommandAsync(IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        await RunAsync(Program, arguments, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is null)
            return;
        if (!_process.HasExited)
            await KillAsync(CancellationToken.None);
        _process.Dispose();
    }

    private static string Program => Path.Combine(AppContext.BaseDirectory, ProgramName.Main);

    private static async Task RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        using var process = Start(arguments, program, redirect: true);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new FailoverException((await error).Trim());
    }

    private static Process Start(IEnumerable<string> arguments, string? program = null, bool redirect = false)
    {
        var start = new ProcessStartInfo(program ?? Program, arguments)
        {
            RedirectStandardOutput = redirect,
            RedirectStandardError = redirect,
        };
        start.Environment["SIGSUM_LOGSERVER_CONFIG"] = "";
        return Process.Start(start) ?? throw new FailoverException($"cannot start {start.FileName}");
    }

    private async Task<bool> ListensAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", externalPort, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
