using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Diagnostics.Logging;

namespace Sigsum.Log.Tests.Diagnostics;

public sealed class NodeHealthTests
{
    private readonly NodeHealth _health = new(NullLogger<NodeHealth>.Instance);

    [Fact]
    public void Ready_is_when_every_required_condition_is_met()
    {
        HealthCondition store = _health.Register("store");
        HealthCondition secondary = _health.Register("secondary");
        Assert.Equal(new HealthReport(false, "secondary: not started\nstore: not started\n"), _health.Readiness());
        store.Met();
        secondary.NotMet("unreachable since 12:00");
        Assert.Equal(new HealthReport(false, "secondary: unreachable since 12:00\n"), _health.Readiness());
        Assert.Equal(503, _health.Readiness().StatusCode);
        secondary.Met();
        Assert.Equal(new HealthReport(true, "ok\n"), _health.Readiness());
        Assert.Equal(200, _health.Readiness().StatusCode);
    }

    [Fact]
    public void A_condition_that_is_not_required_shows_and_does_not_count()
    {
        _health.Register("witness-quorum", required: false, "2 of 3 missing");
        Assert.Equal(new HealthReport(true, "ok\nwitness-quorum (not required): 2 of 3 missing\n"), _health.Readiness());
    }

    [Fact]
    public void A_reason_stays_one_line()
    {
        _health.Register("store").NotMet("a\r\nb" + new string('x', 600));
        string[] lines = _health.Readiness().Text.Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("store: a  bxxx", lines[0], StringComparison.Ordinal);
        Assert.Equal("store: ".Length + 500, lines[0].Length);
    }

    [Fact]
    public void A_name_has_one_owner()
    {
        _health.Register("store");
        Assert.Throws<ArgumentException>(() => _health.Register("store"));
    }

    [Fact]
    public async Task Live_is_as_long_as_no_watched_task_has_ended()
    {
        var running = new TaskCompletionSource();
        _health.Watch("sequencer", running.Task);
        Assert.Equal(new HealthReport(true, "ok\n"), _health.Liveness());
        running.SetException(new IOException("secret"));
        await Assert.ThrowsAsync<IOException>(() => running.Task);
        Assert.Equal(new HealthReport(false, "sequencer: has ended\n"), _health.Liveness());
    }

    [Fact]
    public void Each_change_is_logged_once()
    {
        using var output = new CapturedOutput();
        using (var logging = LoggingSetup.Create(
            LogLevel.Information, output, new LineFormatter(new FakeTimeProvider(), journal: true)))
        {
            HealthCondition store = new NodeHealth(logging.Factory.CreateLogger<NodeHealth>()).Register("store");
            store.Met();
            store.Met();
            store.NotMet("full");
            store.NotMet("full");
            store.Met();
        }
        Assert.Equal(
        [
            "<6>level=info source=NodeHealth event=ConditionMet msg=\"store is ok\" condition=store",
            "<4>level=warning source=NodeHealth event=ConditionNotMet msg=\"store: full\" condition=store reason=full",
            "<6>level=info source=NodeHealth event=ConditionMet msg=\"store is ok\" condition=store",
        ], output.Lines);
    }

    [Fact]
    public void Many_threads_may_change_and_read_it()
    {
        HealthCondition store = _health.Register("store");
        Parallel.For(0, 1000, i =>
        {
            if (i % 2 == 0)
                store.Met();
            else
                store.NotMet("odd");
            HealthReport report = _health.Readiness();
            Assert.Equal(report.Ok ? "ok\n" : report.Text, report.Text);
            Assert.True(report.Text is "ok\n" or "store: odd\n" or "store: not started\n", report.Text);
        });
    }
}
