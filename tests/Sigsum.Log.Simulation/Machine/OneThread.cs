namespace Sigsum.Log.Simulation.Machine;

/// <summary>
/// Runs a world on the one thread of the pool (see the project file): whatever is ready to run has run before the clock moves
/// on, in the order in which it became ready. So the order of everything follows from the seed.
/// </summary>
internal sealed class OneThread(Clock clock) : IThreadPoolWorkItem
{
    private const int MostTurns = 1_000_000;

    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _story = Task.CompletedTask;
    private long _at;
    private int _turns;

    /// <summary>Runs until the story ends.</summary>
    public void Run(Func<Task> story)
    {
        ThreadPool.GetMaxThreads(out var threads, out _);
        if (threads != 1)
            throw new InvalidOperationException($"the pool has {threads} threads: a seed would not repeat itself");
        ThreadPool.UnsafeQueueUserWorkItem(_ =>
        {
            _story = story();
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }, null);
        _over.Task.GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public void Execute()
    {
        try
        {
            MustMoveOn();
            if (ThreadPool.PendingWorkItemCount == 0)
            {
                if (_story.IsCompleted)
                {
                    Settle();
                    return;
                }

                if (!clock.Step())
                    throw new InvalidOperationException("nothing will ever happen again, and the story has not ended");
            }

            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
        catch (Exception error)
        {
            _over.SetException(error);
        }
    }

    /// <summary>A loop that does not wait for anything would keep the clock where it is for ever.</summary>
    private void MustMoveOn()
    {
        if (clock.Now != _at)
            (_at, _turns) = (clock.Now, 0);
        if (++_turns > MostTurns)
            throw new InvalidOperationException($"something runs for ever at {clock.Elapsed}");
    }

    private void Settle()
    {
        if (_story.Exception is { } error)
            _over.SetException(error.InnerExceptions);
        else
            _over.SetResult();
    }
}
