namespace Sigsum.Log.Admission;

/// <summary>
/// Remembers what look-ups found for as long as it may be used; requests for a domain that is being looked up wait for
/// that one look-up. Bounded: above the maximum the domain goes that was not asked for the longest.
/// </summary>
internal sealed class DomainKeyCache
{
    private readonly Lock _lock = new();
    private readonly Func<string, Task<DomainKeyResult>> _lookup;
    private readonly TimeProvider _time;
    private readonly int _maxEntries;
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byUse = new();

    /// <summary>Creates the cache.</summary>
    /// <param name="lookup">Finds a domain's keys; must not throw.</param>
    /// <param name="maxEntries">Domains remembered at most.</param>
    /// <param name="time">The clock.</param>
    public DomainKeyCache(Func<string, Task<DomainKeyResult>> lookup, int maxEntries, TimeProvider time)
    {
        _lookup = lookup;
        _maxEntries = maxEntries;
        _time = time;
    }

    /// <summary>Domains remembered now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _entries.Count;
        }
    }

    /// <summary>The keys of a domain, remembered or looked up.</summary>
    /// <param name="domain">The domain in its DNS spelling.</param>
    /// <param name="cancellationToken">Ends this wait, but not the look-up, for which others may wait too.</param>
    public async ValueTask<DomainKeyResult> GetAsync(string domain, CancellationToken cancellationToken)
    {
        var result = Find(domain);
        return result.IsCompletedSuccessfully
            ? await result.ConfigureAwait(false)
            : await result.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private Task<DomainKeyResult> Find(string domain)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(domain, out var node))
            {
                _byUse.Remove(node);
                if (node.Value.IsUsable(_time))
                {
                    _byUse.AddFirst(node);
                    return node.Value.Result;
                }

                _entries.Remove(domain);
            }

            // Not started under the lock: the first part of a look-up runs on the caller's thread.
            var entry = new Entry(domain, this);
            entry.Result = Task.Run(entry.LookUpAsync);
            _entries.Add(domain, _byUse.AddFirst(entry));
            if (_entries.Count > _maxEntries && _byUse.Last is { } oldest)
            {
                _byUse.RemoveLast();
                _entries.Remove(oldest.Value.Domain);
            }

            return entry.Result;
        }
    }

    private sealed class Entry(string domain, DomainKeyCache cache)
    {
        private long _doneAt;
        private bool _done;

        public string Domain => domain;

        public Task<DomainKeyResult> Result { get; set; } = null!;

        public async Task<DomainKeyResult> LookUpAsync()
        {
            var result = await cache._lookup(domain).ConfigureAwait(false);
            _doneAt = cache._time.GetTimestamp();
            Volatile.Write(ref _done, true);
            return result;
        }

        /// <summary>Under way, or done not longer ago than it may be used.</summary>
        public bool IsUsable(TimeProvider time) =>
            !Volatile.Read(ref _done) || !Result.IsCompletedSuccessfully
            || time.GetElapsedTime(_doneAt) < Result.Result.Ttl;
    }
}
