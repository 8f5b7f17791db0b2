namespace Sigsum.Log.Admission;

/// <summary>The counters of one window. Not thread-safe: <see cref="RateLimiter"/> holds its lock.</summary>
internal sealed class RateLimitWindow(long day)
{
    private readonly Dictionary<CounterName, Tally> _tallies = [];

    /// <summary>Days since 1970-01-01, UTC.</summary>
    public long Day => day;

    /// <summary>Number of counters that are kept.</summary>
    public int Count => _tallies.Count;

    /// <summary>Public leaves added or reserved.</summary>
    public long PublicUsed { get; private set; }

    /// <summary>Registered domains that have leaves added or reserved.</summary>
    public int PublicDomains { get; private set; }

    /// <summary>Leaves added or reserved.</summary>
    public long Used(CounterName counter) => _tallies.TryGetValue(counter, out var tally) ? tally.Used : 0;

    /// <summary>Takes over a stored count.</summary>
    public void Restore(CounterName counter, int count) => Change(counter, count, 0);

    /// <summary>Reserves a place.</summary>
    public void Reserve(CounterName counter) => Change(counter, 0, 1);

    /// <summary>Gives a place back.</summary>
    public void Release(CounterName counter) => Change(counter, 0, -1);

    /// <summary>Counts a reserved place.</summary>
    /// <returns>Leaves added so far in this window.</returns>
    public int Confirm(CounterName counter) => Change(counter, 1, -1).Added;

    /// <summary>The keys under which counts of this window are stored, or are about to be.</summary>
    public IEnumerable<string> StoredKeys() =>
        from entry in _tallies
        where entry.Value.Added > 0
        select new RateLimitRecord(day, entry.Key, entry.Value.Added).Key();

    private Tally Change(CounterName counter, int added, int reserved)
    {
        var before = _tallies.GetValueOrDefault(counter);
        var after = new Tally(before.Added + added, before.Reserved + reserved);
        if (after.Reserved < 0)
            throw new InvalidOperationException("a rate limit place was given back that nobody had reserved");
        // Nothing is kept for those who only tried, so that trying fills no memory.
        if (after.Used == 0)
            _tallies.Remove(counter);
        else
            _tallies[counter] = after;
        if (counter.Kind == LimitKind.Public)
        {
            PublicUsed += after.Used - before.Used;
            PublicDomains += (after.Used > 0 ? 1 : 0) - (before.Used > 0 ? 1 : 0);
        }

        return after;
    }

    private readonly record struct Tally(int Added, int Reserved)
    {
        public long Used => (long)Added + Reserved;
    }
}
