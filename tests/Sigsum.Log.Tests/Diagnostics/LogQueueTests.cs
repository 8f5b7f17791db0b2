using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Sigsum.Log.Diagnostics.Logging;

namespace Sigsum.Log.Tests.Diagnostics;

/// <summary>A slow or failing sink costs lines, which are counted, and never time.</summary>
public sealed class LogQueueTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly CapturedOutput _output = new();
    private readonly LineFormatter _formatter = new(new FakeTimeProvider(), journal: true);

    public void Dispose()
    {
        _output.Unblock();
        _output.Dispose();
    }

    [Fact]
    public async Task A_blocked_sink_drops_what_has_no_room_and_says_so_later()
    {
        using LogQueue queue = await StartBlocked(capacity: 8);
        for (int i = 0; i < 20; i++)
            queue.Add(LogLevel.Information, $"i{i}\n");
        for (int i = 0; i < 20; i++)
            queue.Add(LogLevel.Warning, $"w{i}\n");
        Assert.Equal(14 + 18, queue.Dropped);
        Assert.False(queue.Flush(TimeSpan.FromMilliseconds(1)));

        _output.Unblock();
        Assert.True(queue.Flush(Patience));
        Assert.Equal(["first", "i0", "i1", "i2", "i3", "i4", "i5", "w0", "w1"], _output.Lines[..9]);
        Assert.Equal("<4>level=warning source=Log event=LinesDropped msg=\"32 log lines were dropped\"", _output.Lines[9]);
        Assert.Equal(10, _output.Lines.Length);
    }

    [Fact]
    public async Task A_loss_is_reported_once()
    {
        using LogQueue queue = await StartBlocked(capacity: 4);
        for (int i = 0; i < 6; i++)
            queue.Add(LogLevel.Error, $"e{i}\n");
        _output.Unblock();
        Assert.True(queue.Flush(Patience));
        queue.Add(LogLevel.Error, "after\n");
        Assert.True(queue.Flush(Patience));
        Assert.Single(_output.Lines, line => line.Contains("LinesDropped", StringComparison.Ordinal));
        Assert.Equal("after", _output.Lines[^1]);
    }

    [Fact]
    public void A_failing_sink_loses_lines_that_are_counted_and_reported_when_it_works_again()
    {
        using LogQueue queue = LogQueue.Start(_output, _formatter);
        _output.Fails = true;
        queue.Add(LogLevel.Error, "lost\n");
        Assert.True(queue.Flush(Patience));
        Assert.Equal(1, queue.Dropped);
        _output.Fails = false;
        queue.Add(LogLevel.Error, "kept\n");
        Assert.True(queue.Flush(Patience));
        Assert.Equal("kept", _output.Lines[0]);
        Assert.Contains("1 log lines were dropped", _output.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopping_writes_what_is_left_in_order()
    {
        LogQueue queue = await StartBlocked(capacity: 1000);
        for (int i = 0; i < 500; i++)
            queue.Add(LogLevel.Information, $"{i}\n");
        Task stopping = Task.Run(queue.Dispose, TestContext.Current.CancellationToken);
        _output.Unblock();
        await stopping;
        Assert.Equal(["first", .. Enumerable.Range(0, 500).Select(i => $"{i}")], _output.Lines);
        Assert.True(_output.IsDisposed);
        queue.Add(LogLevel.Information, "too late\n");
        Assert.Equal(1, queue.Dropped);
    }

    [Fact]
    public async Task Stopping_does_not_wait_for_ever_for_a_sink_that_is_stuck()
    {
        LogQueue queue = await StartBlocked(capacity: 10);
        await Task.Run(queue.Dispose, TestContext.Current.CancellationToken)
            .WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.False(_output.IsDisposed);
    }

    [Fact]
    public void Each_request_to_reopen_is_done_before_flushing_returns()
    {
        using LogQueue queue = LogQueue.Start(_output, _formatter);
        for (int i = 1; i <= 3; i++)
        {
            queue.Reopen();
            Assert.True(queue.Flush(Patience));
            Assert.Equal(i, _output.Reopened);
        }
    }

    private async Task<LogQueue> StartBlocked(int capacity)
    {
        _output.Block();
        LogQueue queue = LogQueue.Start(_output, _formatter, capacity);
        queue.Add(LogLevel.Information, "first\n");
        await _output.UntilWriting();
        return queue;
    }
}
