using Microsoft.Extensions.Logging;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Hosting;

/// <summary>
/// The loops of a node. If one of them ends although nobody stopped it, the node cannot do its job any more and is
/// taken down: a half-working node is worse than none (fail closed).
/// </summary>
internal sealed partial class NodeTasks(NodeHealth health, ILogger<NodeTasks> logger) : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Task> _running = [];
    private volatile bool _mayEnd;

    /// <summary>Faulted when a loop has failed.</summary>
    public Task Completion => _failed.Task;

    /// <summary>Starts one loop.</summary>
    public void Start(string name, Func<CancellationToken, Task> loop)
    {
        var task = RunAsync(name, loop);
        _running.Add(task);
        health.Watch(name, task);
    }

    /// <summary>Starts what is done at some time, and is no failure then.</summary>
    public void StartOnce(string name, Func<CancellationToken, Task> work) => Start(name, async stop =>
    {
        await work(stop);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
    });

    /// <summary>Ends the node when a write to its store has failed, and with that error, whoever wrote: a request is answered by an error
    /// then, and the node could take nothing more, no promotion record either. Started again, it finds what is on the disk.</summary>
    public void EndWith(ILogStore store) => Start("store", async stop => throw await store.Failed.WaitAsync(stop));

    /// <summary>From now on a loop may end by itself: the node is being stopped.</summary>
    public void PrepareToStop() => _mayEnd = true;

    /// <summary>Takes the node down in order to start it again.</summary>
    public void Restart(string because) => _failed.TrySetException(new NodeRestartException(because));

    /// <summary>Cancels the loops and waits for their end.</summary>
    public async Task StopAsync()
    {
        _mayEnd = true;
        await _stopping.CancelAsync();
        await Task.WhenAll(_running);
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync(string name, Func<CancellationToken, Task> loop)
    {
        await Task.Yield();
        try
        {
            await loop(_stopping.Token);
            if (!_mayEnd)
                Fail(name, new InvalidOperationException($"{name} ended"));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Asked to stop.
        }
        catch (Exception error)
        {
            Fail(name, error);
        }
    }

    private void Fail(string name, Exception error)
    {
        if (_failed.TrySetException(error))
            Failed(logger, name, error);
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "{Name} failed; the node stops")]
    private static partial void Failed(ILogger logger, string name, Exception error);
}
