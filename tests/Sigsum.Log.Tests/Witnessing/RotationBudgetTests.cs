using Microsoft.Extensions.Time.Testing;
using Sigsum.Log.Witnessing;

namespace Sigsum.Log.Tests.Witnessing;

public sealed class RotationBudgetTests
{
    [Fact]
    public void A_burst_passes_and_then_the_daily_rate_holds()
    {
        var time = new FakeTimeProvider();
        var budget = new RotationBudget(8640, time); // one each ten seconds, and an hour's worth at once
        var burst = 0;
        while (budget.UntilNext() == TimeSpan.Zero)
        {
            budget.Spend();
            burst++;
        }

        Assert.Equal(360, burst);
        Assert.Equal(10, budget.UntilNext().TotalSeconds, 3);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.Zero, budget.UntilNext());
    }

    [Fact]
    public void Over_a_day_of_constant_demand_the_average_stays_under_the_rate_and_one_burst()
    {
        var time = new FakeTimeProvider();
        var budget = new RotationBudget(8640, time);
        var spent = 0;
        for (var second = 0; second < 86400; second++)
        {
            if (budget.UntilNext() == TimeSpan.Zero)
            {
                budget.Spend();
                spent++;
            }

            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(spent, 8640, 8640 + 360);
    }

    [Fact]
    public void Refreshes_beyond_the_budget_are_paid_back_later()
    {
        var time = new FakeTimeProvider();
        var budget = new RotationBudget(24, time); // one an hour, no burst to speak of
        budget.Spend();
        budget.Spend();
        Assert.Equal(2, budget.UntilNext().TotalHours, 3);
    }

    [Fact]
    public void A_rate_below_one_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RotationBudget(0, TimeProvider.System));
}
