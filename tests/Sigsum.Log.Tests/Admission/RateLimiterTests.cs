using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Sigsum.Log.Admission;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Tests.Admission;

public sealed class RateLimiterTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 18, 0, 0, TimeSpan.Zero));

    [Fact]
    public void Without_a_file_everything_is_admitted_and_nothing_stored()
    {
        var limiter = new NoRateLimit();
        for (int i = 0; i < 1000; i++)
            Assert.Null(limiter.TryReserve(null, Limits.Key1, out _)!.Confirm());
        Assert.Empty(limiter.TakeExpired(10));
    }

    [Theory]
    [InlineData("domain example.org 3", "example.org", "rate limit for domain example.org exceeded (3 leaves per 24 hours)")]
    [InlineData("domain räka.se 3", "www.räka.se", "rate limit for domain xn--rka-qla.se exceeded (3 leaves per 24 hours)")]
    [InlineData("public f 3", "a.b.example.org", "rate limit for domain example.org exceeded (3 leaves per 24 hours)")]
    [InlineData("public f 5\npublic-total 3", "a.org", "rate limit for all public submissions together exceeded (3 leaves per 24 hours)")]
    public void The_leaf_after_the_last_is_refused(string config, string domain, string text)
    {
        var limiter = Create(config);
        Assert.Equal(3, Admit(limiter, domain, 10));
        Assert.Null(limiter.TryReserve(domain, Limits.Key2, out string? refusal));
        Assert.Equal(text, refusal);
    }

    [Fact]
    public void Keys_are_counted_each_for_itself()
    {
        var limiter = Create($"key {Limits.Key1} 2\nkey {Limits.Key2} 3");
        Assert.NotNull(limiter.TryReserve(null, Limits.Key1, out _));
        Assert.NotNull(limiter.TryReserve("example.org", Limits.Key1, out _));
        Assert.Null(limiter.TryReserve(null, Limits.Key1, out string? refusal));
        Assert.Equal($"rate limit for key {Limits.Key1} exceeded (2 leaves per 24 hours)", refusal);
        Assert.Equal(3, Admit(limiter, null, 10));
    }

    [Fact]
    public void A_domain_line_counts_its_subdomains_together_and_not_those_with_a_line_of_their_own()
    {
        var limiter = Create("domain example.org 2\ndomain www.example.org 1");
        Assert.Equal(1, Admit(limiter, "a.example.org", 1));
        Assert.Equal(1, Admit(limiter, "www.example.org", 5));
        Assert.Equal(1, Admit(limiter, "b.example.org", 5));
    }

    [Fact]
    public void The_total_counts_public_submissions_only()
    {
        var limiter = Create($"public f 2\npublic-total 3\ndomain big.org 10\nkey {Limits.Key1} 10");
        Assert.Equal(10, Admit(limiter, "big.org", 20));
        Assert.Equal(2, Admit(limiter, "a.org", 5));
        Assert.Equal(1, Admit(limiter, "b.org", 5));
        Assert.Equal(0, Admit(limiter, "c.org", 5));
        Assert.NotNull(limiter.TryReserve("c.org", Limits.Key1, out _));
    }

    [Fact]
    public void Only_a_leaf_that_was_added_counts()
    {
        var limiter = Create("domain example.org 2");
        for (int i = 0; i < 10; i++)
            Reserve(limiter, "example.org").Release();
        var first = Reserve(limiter, "example.org");
        var second = Reserve(limiter, "example.org");
        Assert.Null(limiter.TryReserve("example.org", Limits.Key2, out _)); // both places are taken
        first.Confirm();
        second.Release();
        second.Release();
        first.Release(); // settled already
        Assert.Equal(1, Admit(limiter, "example.org", 5));
    }

    [Fact]
    public void A_reservation_is_settled_once()
    {
        var limiter = Create("domain example.org 2");
        var confirmed = Reserve(limiter, "example.org");
        confirmed.Confirm();
        Assert.Throws<InvalidOperationException>(() => confirmed.Confirm());
        var released = Reserve(limiter, "example.org");
        released.Release();
        Assert.Throws<InvalidOperationException>(() => released.Confirm());
    }

    [Fact]
    public void A_new_day_is_a_new_window()
    {
        var limiter = Create("public f 2\npublic-total 3");
        Assert.Equal(2, Admit(limiter, "a.org", 5));
        _time.Advance(TimeSpan.FromHours(6) - TimeSpan.FromSeconds(1));
        Assert.Equal(0, Admit(limiter, "a.org", 5));
        Assert.Equal(1, Admit(limiter, "b.org", 5));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, Admit(limiter, "a.org", 5));
        Assert.Equal(1, Admit(limiter, "b.org", 5));
        _time.Advance(TimeSpan.FromDays(30));
        Assert.Equal(2, Admit(limiter, "a.org", 5));
    }

    [Fact]
    public void A_place_of_yesterday_takes_nothing_from_today()
    {
        var limiter = Create("domain example.org 1");
        var late = Reserve(limiter, "example.org");
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Null(late.Confirm()); // it has used up yesterday's place
        var late2 = Reserve(limiter, "example.org");
        _time.Advance(TimeSpan.FromDays(1));
        late2.Release();
        Assert.Equal(1, Admit(limiter, "example.org", 5));
    }

    [Fact]
    public void A_clock_that_steps_over_midnight_and_back_settles_what_was_reserved_before()
    {
        var limiter = Create("domain example.org 2");
        var confirmed = Reserve(limiter, "example.org");
        var released = Reserve(limiter, "example.org");
        _time.Advance(TimeSpan.FromDays(1));
        Assert.NotNull(limiter.TryReserve("example.org", Limits.Key1, out _));
        _time.AdjustTime(_time.GetUtcNow() - TimeSpan.FromDays(1));
        Assert.Null(confirmed.Confirm());
        released.Release();
        Assert.Equal(2, Admit(limiter, "example.org", 5));
    }

    [Fact]
    public void Other_limits_keep_the_counts()
    {
        var limiter = Create("domain example.org 5\npublic f 3");
        Assert.Equal(4, Admit(limiter, "example.org", 4));
        Assert.Equal(3, Admit(limiter, "a.org", 3));
        limiter.Replace(Limits.Rules("domain example.org 6\npublic f 2\npublic-total 4"));
        Assert.Equal(2, Admit(limiter, "example.org", 5));
        Assert.Equal(0, Admit(limiter, "a.org", 5));
        Assert.Equal(1, Admit(limiter, "b.org", 5));
    }

    [Fact]
    public void The_number_of_domains_is_bounded_and_trying_takes_no_room()
    {
        var limiter = new RateLimiter(Limits.Rules("public f 2"), [], _time, maxPublicDomains: 3);
        for (int i = 0; i < 100; i++)
            Reserve(limiter, $"try{i}.org").Release();
        for (int i = 0; i < 3; i++)
            Assert.Equal(1, Admit(limiter, $"d{i}.org", 1));
        Assert.Null(limiter.TryReserve("other.org", Limits.Key2, out string? refusal));
        Assert.Equal("rate limit for public submissions exceeded (3 domains per 24 hours)", refusal);
        Assert.Equal(1, Admit(limiter, "d1.org", 5));
    }

    [Fact]
    public void A_counter_that_nobody_uses_is_not_kept()
    {
        var window = new RateLimitWindow(1);
        var counter = new CounterName(LimitKind.Public, "a.org");
        window.Reserve(counter);
        window.Release(counter);
        Assert.Equal((0, 0, 0), (window.Count, window.PublicDomains, window.PublicUsed));
        Assert.Throws<InvalidOperationException>(() => window.Release(counter));
        window.Reserve(counter);
        Assert.Equal(1, window.Confirm(counter));
        Assert.Equal((1, 1, 1), (window.Count, window.PublicDomains, window.PublicUsed));
    }

    [Fact]
    public async Task Threads_never_get_more_than_the_limit()
    {
        var limiter = Create("public f 500\npublic-total 1200");
        int[] added = new int[3];
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            var random = new Random(worker);
            for (int i = 0; i < 20_000; i++)
            {
                int domain = random.Next(3);
                if (limiter.TryReserve($"d{domain}.org", Limits.Key2, out _) is not { } reservation)
                    continue;
                if (random.Next(4) == 0)
                {
                    reservation.Release();
                }
                else
                {
                    reservation.Confirm();
                    Interlocked.Increment(ref added[domain]);
                }
            }
        })));
        Assert.All(added, count => Assert.InRange(count, 1, 500));
        Assert.Equal(1200, added.Sum());
    }

    [Fact]
    public void Whatever_happens_no_window_gets_more_than_its_limit()
    {
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 9], Gen.Int[0, 9].Array[1, 200]).Sample((limit, total, steps) =>
        {
            var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
            var limiter = new RateLimiter(Limits.Rules($"public f {limit}\npublic-total {total}"), [], time);
            var open = new Queue<(long Day, string Domain, Reservation Reservation)>();
            var admitted = new Dictionary<(long, string), int>();
            long Day() => time.GetUtcNow().ToUnixTimeSeconds() / 86400;
            foreach (int step in steps)
            {
                if (step < 5 && limiter.TryReserve($"d{step}.org", Limits.Key2, out _) is { } reservation)
                {
                    open.Enqueue((Day(), $"d{step}.org", reservation));
                }
                else if (step == 5)
                {
                    time.Advance(TimeSpan.FromHours(9));
                }
                else if (step == 6 && open.TryDequeue(out var released))
                {
                    released.Reservation.Release();
                }
                else if (open.TryDequeue(out var entry))
                {
                    entry.Reservation.Confirm();
                    admitted[(entry.Day, entry.Domain)] = admitted.GetValueOrDefault((entry.Day, entry.Domain)) + 1;
                }
            }

            Assert.All(admitted.Values, count => Assert.True(count <= limit));
            Assert.All(admitted.GroupBy(entry => entry.Key.Item1), day => Assert.True(day.Sum(entry => entry.Value) <= total));
        });
    }

    private static Reservation Reserve(IRateLimiter limiter, string? domain)
    {
        var reservation = limiter.TryReserve(domain, Limits.Key2, out string? refusal);
        Assert.Null(refusal);
        return reservation!;
    }

    /// <summary>Adds leaves until refused; returns how many.</summary>
    private static int Admit(IRateLimiter limiter, string? domain, int attempts)
    {
        int added = 0;
        for (; added < attempts && limiter.TryReserve(domain, Limits.Key2, out _) is { } reservation; added++)
            Assert.NotNull(reservation.Confirm());
        return added;
    }

    private RateLimiter Create(string config, params StoreRecord[] stored) => new(Limits.Rules(config), stored, _time);
}
