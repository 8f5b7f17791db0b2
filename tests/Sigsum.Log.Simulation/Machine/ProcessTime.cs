namespace Sigsum.Log.Simulation.Machine;

/// <summary>The clock as one process sees it: its timers die with it.</summary>
internal sealed class ProcessTime(Clock clock, Process process) : TimeProvider
{
    /// <summary>When all worlds begin.</summary>
    public static readonly DateTimeOffset Epoch = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => Epoch + clock.Elapsed;

    /// <inheritdoc/>
    public override long GetTimestamp() => clock.Now;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(clock, process, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(Clock clock, Process process, TimerCallback callback, object? state) : ITimer
    {
        private Clock.Event? _next;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _next?.Cancel();
            _next = dueTime == Timeout.InfiniteTimeSpan ? null : clock.After(dueTime, () => Fire(period));
            return true;
        }

        public void Dispose() => _next?.Cancel();

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }

        private void Fire(TimeSpan period)
        {
            if (!process.Alive)
                return;
            if (period > TimeSpan.Zero)
                Change(period, period);
            callback(state);
        }
    }
}
