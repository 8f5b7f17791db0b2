using Microsoft.Extensions.Time.Testing;
using Sigsum.Crypto;
using Sigsum.Log.Diagnostics;

namespace Sigsum.Log.Tests.Diagnostics;

public sealed class LeafTimerTests
{
    private const string Sum = "sigsum_log_leaf_commit_seconds_sum";
    private const string Count = "sigsum_log_leaf_commit_seconds_count";
    private const string Forgotten = "sigsum_log_leaf_times_forgotten_total";
    private readonly FakeTimeProvider _time = new();
    private readonly NodeMetrics _metrics;
    private readonly LeafTimer _timer;

    public LeafTimerTests()
    {
        _metrics = new NodeMetrics(_time);
        _timer = new LeafTimer(_metrics.Pipeline, _time, capacity: 3, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void Time_runs_from_the_first_submission_to_the_first_200()
    {
        _timer.OnSubmitted(Leaf(1));
        _time.Advance(TimeSpan.FromSeconds(2));
        _timer.OnSubmitted(Leaf(1));
        _time.Advance(TimeSpan.FromSeconds(3));
        _timer.OnCommitted(Leaf(1));
        _timer.OnCommitted(Leaf(1));
        AssertPage(count: 1, sum: 5, forgotten: 0);
        Assert.Equal(0, _timer.Count);
    }

    [Fact]
    public void A_leaf_that_was_not_submitted_here_is_not_timed()
    {
        _timer.OnCommitted(Leaf(1));
        AssertPage(count: 0, sum: 0, forgotten: 0);
    }

    [Fact]
    public void Beyond_its_capacity_the_oldest_is_forgotten_and_counted()
    {
        for (byte i = 1; i <= 4; i++)
            _timer.OnSubmitted(Leaf(i));
        Assert.Equal(3, _timer.Count);
        _time.Advance(TimeSpan.FromSeconds(1));
        for (byte i = 1; i <= 4; i++)
            _timer.OnCommitted(Leaf(i));
        AssertPage(count: 3, sum: 3, forgotten: 1);
    }

    [Fact]
    public void What_is_too_old_is_forgotten_and_counted()
    {
        _timer.OnSubmitted(Leaf(1));
        _time.Advance(TimeSpan.FromSeconds(30));
        _timer.OnSubmitted(Leaf(2));
        _time.Advance(TimeSpan.FromSeconds(31));
        _timer.OnCommitted(Leaf(1));
        _timer.OnCommitted(Leaf(2));
        AssertPage(count: 1, sum: 31, forgotten: 1);
    }

    private static Hash Leaf(byte i) => Hash.Sha256([i]);

    private void AssertPage(double count, double sum, double forgotten)
    {
        PrometheusPage page = PrometheusPage.Parse(_metrics.Render());
        Assert.Equal(count, page.Value(Count));
        Assert.Equal(sum, page.Value(Sum));
        Assert.Equal(forgotten, page.Value(Forgotten));
    }
}
