using Microsoft.Extensions.Logging;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Pipeline;
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

    /// <summary>A node that has run this long starts again without a pause.</summary>
    private static readonly TimeSpan QuietTime = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Starts a node, waits until it is stopped or fails, and takes it down. A node that ends in order to start again is
    /// started again, with pauses where that happens often.
    /// </summary>
    /// <returns>The exit code: 0 after a clean stop, 1 otherwise.</returns>
    public static async Task<int> RunAsync(
        NodeOptions options, Func<NodeServices, CancellationToken, Task<RunningNode>> start, CancellationToken stop)
    {
        using var logging = LoggingSetup.Create(options.LogLevel, options.LogFile, TimeProvider.System);
        var logger = logging.Factory.CreateLogger("Sigsum.Log");
        using var hangUp = new HangUpSignal(logging);
        Starting(logger, ProgramVersion.Text);
        var pauses = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(30));
        while (true)
        {
            var services = NodeServices.Create(TimeProvider.System, logging.Factory);
            services.Metrics.State.ObserveDroppedLogLines(() => logging.DroppedLines);
            var started = services.Time.GetTimestamp();
            var (exitCode, again) = await RunOnceAsync(start, services, hangUp, logger, stop);
            if (again is null || stop.IsCancellationRequested)
                return exitCode;
            if (services.Time.GetElapsedTime(started) > QuietTime)
                pauses.Reset();
            Again(logger, again);
            await Task.Delay(pauses.Next(), services.Time, stop)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    private static async Task<(int ExitCode, string? Again)> RunOnceAsync(
        Func<NodeServices, CancellationToken, Task<RunningNode>> start, NodeServices services, HangUpSignal hangUp,
        ILogger logger, CancellationToken stop)
    {
        RunningNode node;
        try
        {
            node = await start(services, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return (0, null);
        }
        catch (NodeRestartException again)
        {
            return (1, again.Message);
        }
        catch (Exception error) when (error is StartupException or SupersededException or StoreException or KeyFileException)
        {
            CannotStart(logger, error.Message);
            return (1, null);
        }
        catch (Exception error)
        {
            CannotStartUnexpectedly(logger, error);
            return (1, null);
        }

        await using (node.Node)
        {
            using (hangUp.Attach(node))
                await Task.WhenAny(node.Completion, Task.Delay(Timeout.InfiniteTimeSpan, services.Time, stop));
            var again = node.Completion.Exception?.InnerException as NodeRestartException;
            if (again is null)
                Stopping(logger);
            await node.StopAsync(StopLimit);
            if (again is not null)
                return (1, again.Message);
            Stopped(logger);
            return (node.Completion.IsFaulted ? 1 : 0, null);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "sigsum-log {Version} starts")]
    private static partial void Starting(ILogger logger, string version);

    [LoggerMessage(Level = LogLevel.Critical, Message = "cannot start: {Reason}")]
    private static partial void CannotStart(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Critical, Message = "cannot start")]
    private static partial void CannotStartUnexpectedly(ILogger logger, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Reason}")]
    private static partial void Again(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "stopping")]
    private static partial void Stopping(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "stopped")]
    private static partial void Stopped(ILogger logger);
}
