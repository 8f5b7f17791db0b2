using System.Collections.Concurrent;
using System.Collections.Immutable;
using Sigsum.Crypto;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Storage;

/// <summary>
/// A store that forgets everything when the process ends (<c>--backend ephemeral</c>): for trying out and for tests.
/// It makes the same checks as a durable store and keeps every hash, so proofs read O(log n) of them.
/// </summary>
internal sealed class MemoryLogStore : ILogStore, IStoreScan
{
    private readonly AppendOnlyList<Leaf> _leaves = new();
    private readonly AppendOnlyList<Hash>[] _levels = [.. Enumerable.Range(0, StoreKeys.MaxLevel + 1).Select(_ =>
        new AppendOnlyList<Hash>())];
    private readonly ConcurrentDictionary<Hash, ulong> _index = new();
    private readonly Lock _writer = new();
    private volatile State _state;

    /// <summary>Creates a node with an empty tree.</summary>
    public MemoryLogStore(StoreIdentity identity) =>
        _state = new State(
            identity, TreeHead.Empty, ImmutableSortedDictionary.Create<string, byte[]>(StringComparer.Ordinal));

    /// <inheritdoc/>
    public StoreIdentity Identity => _state.Identity;

    /// <inheritdoc/>
    public TreeHead TreeHead => _state.TreeHead;

    /// <inheritdoc/>
    public IStoreScan Scan => this;

    /// <inheritdoc/>
    public Task<StoreException> Failed { get; } = new TaskCompletionSource<StoreException>().Task;

    /// <inheritdoc/>
    public ulong? FindLeaf(in Hash leafHash) =>
        _index.TryGetValue(leafHash, out ulong index) && index < TreeHead.Size ? index : null;

    /// <inheritdoc/>
    public void ReadLeaves(ulong start, Span<Leaf> destination)
    {
        ulong size = TreeHead.Size;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)destination.Length, size - start, nameof(destination));
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = _leaves[(int)start + i];
        }
    }

    /// <inheritdoc/>
    public Hash ReadNode(NodeId id)
    {
        StoreKeys.ThrowIfNotIn(id, TreeHead.Size);
        return _levels[id.Level][(int)id.Index];
    }

    /// <inheritdoc/>
    public byte[]? ReadRecord(string key)
    {
        StoreRecord.ValidateKey(key);
        return _state.Records.TryGetValue(key, out byte[]? value) ? [.. value] : null;
    }

    /// <inheritdoc/>
    public IReadOnlyList<StoreRecord> ReadRecords(string prefix) =>
    [
        .. _state.Records
            .Where(record => record.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(record => new StoreRecord(record.Key, record.Value.ToArray())),
    ];

    /// <inheritdoc/>
    public void Commit(StoreBatch batch)
    {
        lock (_writer)
        {
            State state = _state;
            batch.Check(state.Identity, state.TreeHead);
            StoreRecord.Validate(batch.Records.AsSpan());
            for (int i = 0; i < batch.Leaves.Length; i++)
            {
                _leaves.Add(batch.Leaves[i]);
                _levels[0].Add(batch.LeafHashes[i]);
                _index.TryAdd(batch.LeafHashes[i], batch.FirstIndex + (ulong)i);
            }

            foreach (var (id, hash) in batch.Nodes)
            {
                _levels[id.Level].Add(hash);
            }

            // Readers look at nothing beyond the tree head, so this is the moment at which all of it appears.
            _state = state with { TreeHead = batch.NewHead, Records = Apply(state.Records, batch.Records.AsSpan()) };
        }
    }

    /// <inheritdoc/>
    public void CommitRecords(IReadOnlyList<StoreRecord> records)
    {
        StoreRecord[] copy = [.. records];
        StoreRecord.Validate(copy);
        lock (_writer)
        {
            _state = _state with { Records = Apply(_state.Records, copy) };
        }
    }

    /// <inheritdoc/>
    public void UpdateIdentity(StoreIdentity next, IReadOnlyList<StoreRecord> records) => UpdateIdentity([next], records);

    /// <inheritdoc/>
    public void UpdateIdentity(IReadOnlyList<StoreIdentity> steps, IReadOnlyList<StoreRecord> records)
    {
        StoreRecord[] copy = [.. records];
        StoreRecord.Validate(copy);
        lock (_writer)
        {
            if (_state.Identity.RefuseSuccessors(steps) is { } refusal)
            {
                throw new StoreException(refusal);
            }

            _state = _state with { Identity = steps[^1], Records = Apply(_state.Records, copy) };
        }
    }

    /// <inheritdoc/>
    public void Truncate(TreeHead to, IReadOnlyList<StoreIdentity> steps, IReadOnlyList<StoreRecord> records)
    {
        StoreRecord[] copy = [.. records];
        StoreRecord.Validate(copy);
        lock (_writer)
        {
            var identity = Truncation.Check(this, to, steps);
            foreach (var hash in Truncation.Beyond(this, to.Size).ToList())
                _index.TryRemove(hash, out _);
            _leaves.Truncate((int)to.Size);
            for (int level = 0; level < _levels.Length; level++)
                _levels[level].Truncate((int)(to.Size >> level));
            _state = _state with { Identity = identity, TreeHead = to, Records = Apply(_state.Records, copy) };
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<NodeId, Hash>> ReadNodes(ulong start, ulong end)
    {
        var nodes = new List<KeyValuePair<NodeId, Hash>>();
        for (ulong last = start; last < end; last++)
        {
            for (int level = 1; level <= StoreKeys.MaxLevel && ((last + 1) & ((1ul << level) - 1)) == 0; level++)
            {
                var id = new NodeId(level, last >> level);
                nodes.Add(new(id, ReadNode(id)));
            }
        }

        return nodes;
    }

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<Hash, ulong>> ReadIndex(Hash? after, int count) =>
    [
        .. _index.Where(entry => after is not { } last || entry.Key.AsSpan().SequenceCompareTo(last.AsSpan()) > 0)
            .OrderBy(entry => entry.Key, Comparer<Hash>.Create((a, b) => a.AsSpan().SequenceCompareTo(b.AsSpan())))
            .Take(count),
    ];

    /// <inheritdoc/>
    public void CheckOwnValues()
    {
        lock (_writer)
        {
            // Nothing is stored but what is known; a commit that was under way is visible now.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static ImmutableSortedDictionary<string, byte[]> Apply(
        ImmutableSortedDictionary<string, byte[]> to,
        ReadOnlySpan<StoreRecord> records)
    {
        foreach (var record in records)
        {
            to = record.Value.IsEmpty ? to.Remove(record.Key) : to.SetItem(record.Key, record.Value.ToArray());
        }

        return to;
    }

    /// <summary>What readers see, replaced as a whole.</summary>
    private sealed record State(
        StoreIdentity Identity,
        TreeHead TreeHead,
        ImmutableSortedDictionary<string, byte[]> Records);
}
