using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Hosting;

/// <summary>A node that runs, as its process sees it.</summary>
internal sealed record RunningNode(
    IAsyncDisposable Node, Task Completion, Func<TimeSpan, Task> StopAsync, Action Reload);

/// <summary>What all nodes have in common as processes: log, signals, a clean stop, the exit code.</summary>
internal static partial class NodeProgram
{
    /// <summary>The longest that a clean stop may take.</summary>
    public static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(60);

    /// <summary>Starts a node, waits until it is stopped or fails, and takes it down.</summary>
    /// <returns>The exit code: 0 after a clean stop, 1 otherwise.</returns>
    public static async Task<int> RunAsync(
        NodeOptions options, Func<NodeServices, CancellationToken, Task<RunningNode>> start, CancellationToken stop)
    {
        using var logging = LoggingSetup.Create(options.LogLevel, options.LogFile, TimeProvider.System);
        var logger = logging.Factory.CreateLogger("Sigsum.Log");
        var services = NodeServices.Create(TimeProvider.System, logging.Factory);
        services.Metrics.State.ObserveDroppedLogLines(() => logging.DroppedLines);
        Starting(logger, ProgramVersion.Text);
        RunningNode node;
        try
        {
            node = await start(services, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception error) when (error is StartupException or StoreException or KeyFileException)
        {
            CannotStart(logger, error.Message);
            return 1;
        }
        catch (Exception error)
        {
            CannotStartUnexpectedly(logger, error);
            return 1;
        }

        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            logging.Reopen();
            node.Reload();
        });
        await using (node.Node)
        {
            await Task.WhenAny(node.Completion, Task.Delay(Timeout.InfiniteTimeSpan, services.Time, stop));
            Stopping(logger);
            await node.StopAsync(StopLimit);
            Stopped(logger);
            return node.Completion.IsFaulted ? 1 : 0;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "sigsum-log {Version} starts")]
    private static partial void Starting(ILogger logger, string version);

    [LoggerMessage(Level = LogLevel.Critical, Message = "cannot start: {Reason}")]
    private static partial void CannotStart(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Critical, Message = "cannot start")]
    private static partial void CannotStartUnexpectedly(ILogger logger, Exception error);

    [LoggerMessage(Level = LogLevel.Information, Message = "stopping")]
    private static partial void Stopping(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "stopped")]
    private static partial void Stopped(ILogger logger);
}
