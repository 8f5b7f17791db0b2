using System.Collections.Concurrent;

namespace Sigsum.Client.Tests;

/// <summary>A clock on which every pause is over at once, and is written down.</summary>
internal sealed class InstantTime : TimeProvider
{
    private readonly ConcurrentQueue<TimeSpan> _pauses = new();

    /// <summary>Called with each pause before it is over.</summary>
    public Action<TimeSpan> OnPause { get; init; } = _ => { };

    public IReadOnlyList<TimeSpan> Pauses => [.. _pauses];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _pauses.Enqueue(dueTime);
        OnPause(dueTime);
        ThreadPool.QueueUserWorkItem(_ => callback(state));
        return new DoneTimer();
    }

    private sealed class DoneTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
            // It fires once, at once.
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
