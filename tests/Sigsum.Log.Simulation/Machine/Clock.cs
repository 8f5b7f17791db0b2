namespace Sigsum.Log.Simulation.Machine;

/// <summary>Simulated time, and what is to happen when: it jumps from one event to the next.</summary>
internal sealed class Clock
{
    private readonly PriorityQueue<Event, (long Due, long Number)> _events = new();
    private long _number;

    /// <summary>Ticks since the world began.</summary>
    public long Now { get; private set; }

    /// <summary>How long ago the world began.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(Now);

    /// <summary>Lets something happen after a while.</summary>
    /// <returns>What takes it back.</returns>
    public Event After(TimeSpan delay, Action action)
    {
        var @event = new Event(action);
        _events.Enqueue(@event, (Now + Math.Max(0, delay.Ticks), _number++));
        return @event;
    }

    /// <summary>A pause in the life of whoever is not a node.</summary>
    public Task DelayAsync(TimeSpan delay)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        After(delay, done.SetResult);
        return done.Task;
    }

    /// <summary>Moves on to the next event, and lets it happen.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Step()
    {
        while (_events.TryDequeue(out var @event, out var key))
        {
            if (@event.Take() is not { } action)
                continue;
            Now = Math.Max(Now, key.Due);
            action();
            return true;
        }

        return false;
    }

    /// <summary>Something that will happen, unless it is taken back.</summary>
    internal sealed class Event(Action action)
    {
        private Action? _action = action;

        /// <summary>It will not happen.</summary>
        public void Cancel() => _action = null;

        /// <summary>What is to happen, once.</summary>
        public Action? Take()
        {
            var action = _action;
            _action = null;
            return action;
        }
    }
}
