using Sigsum.Crypto;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Admission;

/// <summary>Counts the leaves of each window and keeps them within the limits of the rate limit file.</summary>
/// <remarks>
/// <para>A window is a day in UTC, for all counters the same: whatever a restart or a reload does, no window admits more
/// leaves than its limit, and the total of public submissions is the sum of what is counted for their domains.</para>
/// <para>What a crash leaves behind: counts are stored with their leaves, so exactly the leaves that are stored are
/// counted; reservations are gone, and so are the requests that held them.</para>
/// <para>Bounded: key and domain counters by the lines of the file, public ones by a maximum above which domains that
/// have not submitted on that day are refused.</para>
/// </remarks>
internal sealed class RateLimiter : IRateLimiter
{
    /// <summary>How many registered domains can have submitted on one day.</summary>
    public const int DefaultMaxPublicDomains = 100_000;

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly int _maxPublicDomains;
    private readonly Queue<string> _expired = new();
    private RateLimitRules _rules;
    private RateLimitWindow _window;

    /// <summary>Creates the limiter and goes on with the counts that are stored.</summary>
    /// <param name="rules">The limits.</param>
    /// <param name="stored">All records of the store that start with <see cref="RateLimitRecord.Prefix"/>.</param>
    /// <param name="time">The clock.</param>
    /// <param name="maxPublicDomains">See <see cref="DefaultMaxPublicDomains"/>.</param>
    /// <exception cref="SigsumFormatException">A stored record is damaged.</exception>
    public RateLimiter(
        RateLimitRules rules,
        IEnumerable<StoreRecord> stored,
        TimeProvider time,
        int maxPublicDomains = DefaultMaxPublicDomains)
    {
        _rules = rules;
        _time = time;
        _maxPublicDomains = maxPublicDomains;
        _window = new RateLimitWindow(Today());
        foreach (var item in stored)
        {
            var record = RateLimitRecord.Parse(item);
            if (record.Day == _window.Day)
                _window.Restore(record.Counter, record.Count);
            else
                _expired.Enqueue(item.Key);
        }
    }

    /// <summary>Takes other limits from now on; the counts stay.</summary>
    public void Replace(RateLimitRules rules) => Volatile.Write(ref _rules, rules);

    /// <inheritdoc/>
    public Reservation? TryReserve(string? verifiedDomain, in Hash submitterKeyHash, out string? refusal)
    {
        DomainName? domain = null;
        if (verifiedDomain is not null && !DomainName.TryParse(verifiedDomain, out domain, out string? problem))
        {
            refusal = $"domain: {problem}";
            return null;
        }

        var rules = Volatile.Read(ref _rules);
        if (rules.Find(domain, submitterKeyHash, out refusal) is not { } applied)
            return null;
        lock (_lock)
        {
            RollOver();
            refusal = Exceeded(applied, rules.PublicTotal);
            if (refusal is not null)
                return null;
            _window.Reserve(applied.Counter);
            return new Reservation(this, new ReservedCount(_window, applied.Counter));
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<StoreRecord> TakeExpired(int max)
    {
        var records = new List<StoreRecord>();
        lock (_lock)
        {
            RollOver();
            while (records.Count < max && _expired.TryDequeue(out string? key))
                records.Add(new StoreRecord(key, default));
        }

        return records;
    }

    /// <summary>Gives a place back; its window may be over.</summary>
    internal void Release(ReservedCount reserved)
    {
        lock (_lock)
        {
            RollOver();
            if (_window == reserved.Window)
                _window.Release(reserved.Counter);
        }
    }

    /// <summary>Turns a place into a count.</summary>
    /// <returns>What to store with the leaf; null when the window is over.</returns>
    internal StoreRecord? Confirm(ReservedCount reserved)
    {
        lock (_lock)
        {
            RollOver();
            if (_window != reserved.Window)
                return null;
            int count = _window.Confirm(reserved.Counter);
            return new RateLimitRecord(_window.Day, reserved.Counter, count).ToStore();
        }
    }

    private long Today() => _time.GetUtcNow().ToUnixTimeSeconds() / (24 * 60 * 60);

    /// <summary>Starts a new window when the day is another one. A clock that was set back starts one as well: the
    /// limits are then wider once, where the alternative is to refuse everybody until the clock gets there again.</summary>
    private void RollOver()
    {
        long today = Today();
        if (today == _window.Day)
            return;
        foreach (string key in _window.StoredKeys())
            _expired.Enqueue(key);
        // Not drained for days, which is when nothing is committed: the rest is found again at the next start.
        while (_expired.Count > 2 * _maxPublicDomains)
            _expired.Dequeue();
        _window = new RateLimitWindow(today);
    }

    private string? Exceeded(AppliedLimit applied, int? publicTotal)
    {
        var (kind, name) = applied.Counter;
        if (_window.Used(applied.Counter) >= applied.Limit)
        {
            string what = kind == LimitKind.Key ? "key" : "domain";
            string shown = kind == LimitKind.Key ? name : DomainName.Parse(name).Ascii;
            return $"rate limit for {what} {shown} exceeded ({applied.Limit} leaves per 24 hours)";
        }

        if (kind != LimitKind.Public)
            return null;
        if (_window.PublicUsed >= publicTotal)
            return $"rate limit for all public submissions together exceeded ({publicTotal} leaves per 24 hours)";
        if (_window.PublicDomains >= _maxPublicDomains && _window.Used(applied.Counter) == 0)
            return $"rate limit for public submissions exceeded ({_maxPublicDomains} domains per 24 hours)";
        return null;
    }
}
