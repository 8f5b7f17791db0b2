using System.Text;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Sigsum.Log.Admission;
using Sigsum.Log.Storage;
using Sigsum.Testing;

namespace Sigsum.Log.Tests.Admission;

/// <summary>Counts in a real store: what is on disk is what was added, and old counts go away.</summary>
public sealed class RateLimiterPersistenceTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));

    private string DataPath => _directory.PathOf("data");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Counts_survive_a_restart_and_reservations_do_not()
    {
        const string Config = "domain räka.se 5\npublic f 3\npublic-total 4";
        using (var store = RocksDbLogStore.Create(DataPath, StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, null)))
        {
            var limiter = Open(store, Config);
            Assert.Equal(3, Add(limiter, store, "räka.se", 3));
            Assert.Equal(2, Add(limiter, store, "a.org", 2));
            Assert.Equal(1, Add(limiter, store, "b.org", 1));
            Assert.NotNull(limiter.TryReserve("c.org", Limits.Key2, out _)); // lost with the process
        }

        using (var store = RocksDbLogStore.Open(DataPath))
        {
            var limiter = Open(store, Config);
            Assert.Equal(2, Add(limiter, store, "www.räka.se", 5));
            Assert.Equal(1, Add(limiter, store, "a.org", 5)); // now 4 in all
            Assert.Equal(0, Add(limiter, store, "c.org", 5));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Counts_of_other_days_are_not_used_and_are_deleted(bool durable)
    {
        var identity = StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, null);
        using ILogStore store = durable ? RocksDbLogStore.Create(DataPath, identity) : new MemoryLogStore(identity);
        var limiter = Open(store, "public f 2");
        for (int i = 0; i < 5; i++)
            Assert.Equal(2, Add(limiter, store, $"d{i}.org", 5));
        Assert.Empty(limiter.TakeExpired(100));
        Assert.Equal(5, Stored(store).Count);

        // Over midnight while running
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(2, Add(limiter, store, "d0.org", 5));
        Assert.Equal(6, Stored(store).Count);
        store.CommitRecords(limiter.TakeExpired(3));
        Assert.Equal(3, Stored(store).Count);

        // The rest, and today's, over midnight while stopped
        _time.Advance(TimeSpan.FromDays(1));
        var restarted = Open(store, "public f 2");
        Assert.Equal(2, Add(restarted, store, "d0.org", 5));
        store.CommitRecords(restarted.TakeExpired(100));
        Assert.Empty(restarted.TakeExpired(100));
        var left = RateLimitRecord.Parse(Assert.Single(Stored(store)));
        Assert.Equal(new RateLimitRecord(20782, new CounterName(LimitKind.Public, "d0.org"), 2), left);
    }

    [Fact]
    public void A_record_is_readable_and_is_read_back()
    {
        var record = new RateLimitRecord(20780, new CounterName(LimitKind.Domain, "räka.se"), 17);
        var stored = record.ToStore();
        Assert.StartsWith("rate-limit/20780/", stored.Key, StringComparison.Ordinal);
        Assert.Equal("1 2 17 räka.se", Encoding.UTF8.GetString(stored.Value.Span));
        Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[1, 3], Gen.Int[1, int.MaxValue], Gen.Int[1, 240]).Sample(
            (day, kind, count, length) =>
            {
                var written = new RateLimitRecord(day, new CounterName((LimitKind)kind, new string('ä', length)), count);
                StoreRecord.ValidateKey(written.Key());
                Assert.Equal(written, RateLimitRecord.Parse(written.ToStore()));
            });
    }

    [Theory]
    [InlineData("2 2 17 räka.se")]
    [InlineData("1 4 17 räka.se")]
    [InlineData("1 0 17 räka.se")]
    [InlineData("1 2 0 räka.se")]
    [InlineData("1 2 -1 räka.se")]
    [InlineData("1 2 17 other.se")]
    [InlineData("1 2 17 räka.se ")]
    [InlineData("1 2 17")]
    [InlineData("x")]
    public void A_damaged_record_stops_the_start(string value)
    {
        string key = new RateLimitRecord(20780, new CounterName(LimitKind.Domain, "räka.se"), 17).Key();
        var stored = new StoreRecord(key, Encoding.UTF8.GetBytes(value));
        Assert.Throws<SigsumFormatException>(() => new RateLimiter(Limits.Rules(""), [stored], _time));
    }

    private static IReadOnlyList<StoreRecord> Stored(ILogStore store) => store.ReadRecords(RateLimitRecord.Prefix);

    /// <summary>Adds leaves until refused, each with its record in one commit; returns how many.</summary>
    private static int Add(RateLimiter limiter, ILogStore store, string domain, int attempts)
    {
        int added = 0;
        for (; added < attempts && limiter.TryReserve(domain, Limits.Key2, out _) is { } reservation; added++)
            store.CommitRecords([reservation.Confirm()!.Value]);
        return added;
    }

    private RateLimiter Open(ILogStore store, string config) => new(Limits.Rules(config), Stored(store), _time);
}
