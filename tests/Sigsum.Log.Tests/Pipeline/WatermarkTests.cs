using Microsoft.Extensions.Time.Testing;
using Sigsum.Log.Pipeline;

namespace Sigsum.Log.Tests.Pipeline;

public sealed class WatermarkTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_waiter_is_woken_when_the_size_passes_what_it_waits_for()
    {
        var size = new Watermark(3);
        var waiter = size.WaitAboveAsync(5, Cancel);
        size.Advance(5);
        Assert.False(waiter.IsCompleted);
        size.Advance(6);
        await waiter;
        Assert.Equal(6ul, size.Value);
    }

    [Fact]
    public void Going_backwards_is_refused()
    {
        var size = new Watermark(3);
        Assert.Throws<InvalidOperationException>(() => size.Advance(2));
        Assert.Equal(3ul, size.Value);
    }

    [Fact]
    public async Task A_wait_ends_when_its_time_is_over()
    {
        var time = new FakeTimeProvider();
        var size = new Watermark(0);
        var waiter = size.WaitAboveAsync(0, TimeSpan.FromSeconds(2), time, Cancel);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(waiter.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await waiter);
    }

    [Fact]
    public async Task Cancelling_ends_every_wait()
    {
        using var cancel = new CancellationTokenSource();
        var size = new Watermark(0);
        var unlimited = size.WaitAboveAsync(0, cancel.Token);
        var limited = size.WaitAboveAsync(0, TimeSpan.FromHours(1), TimeProvider.System, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => unlimited);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => limited);
    }

    [Fact]
    public async Task No_advance_is_missed_by_many_waiters()
    {
        var size = new Watermark(0);
        var waiters = Enumerable.Range(0, 500)
            .Select(i => Task.Run(() => size.WaitAboveAsync((ulong)i, Cancel), Cancel)).ToArray();
        for (ulong i = 1; i <= 500; i++)
            size.Advance(i);
        await Task.WhenAll(waiters).WaitAsync(TimeSpan.FromSeconds(30), Cancel);
    }

    [Fact]
    public async Task A_signal_set_between_two_looks_is_seen_once()
    {
        var signal = new Signal();
        signal.Set();
        signal.Set();
        await signal.WaitAsync(Cancel);
        var next = signal.WaitAsync(Cancel);
        Assert.False(next.IsCompleted);
        signal.Set();
        await next;
    }
}
