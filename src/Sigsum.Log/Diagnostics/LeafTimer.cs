using Sigsum.Crypto;

namespace Sigsum.Log.Diagnostics;

/// <summary>
/// Measures the time from a leaf's first add-leaf to its first 200. Remembers at most <c>capacity</c> leaves, each
/// for at most <c>maxAge</c>; what it has to forget is counted, because the slow ones are forgotten first and the
/// histogram alone would look too good.
/// </summary>
internal sealed class LeafTimer(PipelineMetrics metrics, TimeProvider time, int capacity, TimeSpan maxAge)
{
    /// <summary>Leaves remembered unless told otherwise: some 10 MB at most.</summary>
    public const int DefaultCapacity = 100_000;

    /// <summary>How long unless told otherwise: longer than any submitter is likely to ask again.</summary>
    public static readonly TimeSpan DefaultMaxAge = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<Hash, LinkedListNode<(Hash Leaf, long SeenAt)>> _byLeaf = [];
    private readonly LinkedList<(Hash Leaf, long SeenAt)> _oldestFirst = new();

    public LeafTimer(PipelineMetrics metrics, TimeProvider time)
        : this(metrics, time, DefaultCapacity, DefaultMaxAge)
    {
    }

    /// <summary>How many leaves are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _byLeaf.Count;
        }
    }

    /// <summary>An admitted add-leaf for a leaf that is not known to be committed. Only the first counts.</summary>
    public void OnSubmitted(in Hash leafHash)
    {
        long now = time.GetTimestamp();
        lock (_gate)
        {
            if (_byLeaf.ContainsKey(leafHash))
                return;
            ForgetOld(now);
            if (_byLeaf.Count >= capacity)
                ForgetOldest();
            _byLeaf.Add(leafHash, _oldestFirst.AddLast((leafHash, now)));
        }
    }

    /// <summary>The leaf is answered with 200. Counts once per leaf; leaves that were not timed are ignored.</summary>
    public void OnCommitted(in Hash leafHash)
    {
        long now = time.GetTimestamp();
        long seenAt;
        lock (_gate)
        {
            ForgetOld(now);
            if (!_byLeaf.Remove(leafHash, out LinkedListNode<(Hash Leaf, long SeenAt)>? node))
                return;
            _oldestFirst.Remove(node);
            seenAt = node.Value.SeenAt;
        }
        metrics.OnLeafCommitted(time.GetElapsedTime(seenAt, now));
    }

    private void ForgetOld(long now)
    {
        while (_oldestFirst.First is { } oldest && time.GetElapsedTime(oldest.Value.SeenAt, now) > maxAge)
            ForgetOldest();
    }

    private void ForgetOldest()
    {
        _byLeaf.Remove(_oldestFirst.First!.Value.Leaf);
        _oldestFirst.RemoveFirst();
        metrics.OnLeafForgotten();
    }
}
