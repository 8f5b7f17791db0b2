using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using Sigsum.Log.Tests.Hosting;

namespace Sigsum.Log.Tests.Pipeline;

/// <summary>A clock that tells which waits begin, so that a test moves it on only when somebody waits.</summary>
internal sealed class WatchedTime : FakeTimeProvider
{
    private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime != Timeout.InfiniteTimeSpan)
            _waits.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>The next wait that begins, or has begun since this was asked last.</summary>
    public async Task<TimeSpan> NextWaitAsync() =>
        await _waits.Reader.ReadAsync(TestLog.Cancel).AsTask().WaitAsync(TestLog.Patience, TestLog.Cancel);

    /// <summary>Lets the next wait come to its end.</summary>
    public async Task<TimeSpan> PassNextWaitAsync()
    {
        var wait = await NextWaitAsync();
        Advance(wait);
        return wait;
    }
}
