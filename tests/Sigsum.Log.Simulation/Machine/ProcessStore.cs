using Sigsum.Crypto;
using Sigsum.Log.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Simulation.Machine;

/// <summary>
/// A store as one process has it open, with the contract of <see cref="ILogStore"/>: each write is atomic, on the disk when
/// the call returns, and after an error the store takes nothing more.
/// </summary>
internal sealed class ProcessStore(StoredTree tree, Process process, Func<string, DiskWrite> fate, Action closed)
    : ILogStore, IStoreScan
{
    private readonly TaskCompletionSource<StoreException> _failed = new();
    private bool _closed;

    /// <inheritdoc/>
    public StoreIdentity Identity => tree.Identity;

    /// <inheritdoc/>
    public TreeHead TreeHead => tree.Head;

    /// <inheritdoc/>
    public IStoreScan Scan => this;

    /// <inheritdoc/>
    public Task<StoreException> Failed => _failed.Task;

    /// <inheritdoc/>
    public ulong? FindLeaf(in Hash leafHash)
    {
        process.MustBeAlive();
        return tree.Index.TryGetValue(leafHash, out var index) ? index : null;
    }

    /// <inheritdoc/>
    public void ReadLeaves(ulong start, Span<Leaf> destination)
    {
        process.MustBeAlive();
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, tree.Head.Size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)destination.Length, tree.Head.Size - start, nameof(destination));
        for (var i = 0; i < destination.Length; i++)
            destination[i] = tree.ReadLeaf(start + (ulong)i);
    }

    /// <inheritdoc/>
    public Hash ReadNode(NodeId id)
    {
        process.MustBeAlive();
        return tree.ReadNodeFromDisk(id);
    }

    /// <inheritdoc/>
    public byte[]? ReadRecord(string key)
    {
        process.MustBeAlive();
        return tree.ReadRecord(key);
    }

    /// <inheritdoc/>
    public IReadOnlyList<StoreRecord> ReadRecords(string prefix)
    {
        process.MustBeAlive();
        return [.. tree.Records.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(key => new StoreRecord(key, tree.ReadRecord(key)!))];
    }

    /// <inheritdoc/>
    public void Commit(StoreBatch batch)
    {
        batch.Check(tree.Identity, tree.Head);
        Write($"store {batch.Leaves.Length} leaves", () => tree.Append(batch));
    }

    /// <inheritdoc/>
    public void CommitRecords(IReadOnlyList<StoreRecord> records) =>
        Write($"store {string.Join(", ", records.Select(record => record.Key))}", () => tree.Write(records));

    /// <inheritdoc/>
    public void UpdateIdentity(StoreIdentity next, IReadOnlyList<StoreRecord> records) => UpdateIdentity([next], records);

    /// <inheritdoc/>
    public void UpdateIdentity(IReadOnlyList<StoreIdentity> steps, IReadOnlyList<StoreRecord> records)
    {
        if (tree.Identity.RefuseSuccessors(steps) is { } refusal)
            throw new StoreException(refusal);
        Write($"store identity {steps[^1].Role}", () =>
        {
            tree.Identity = steps[^1];
            tree.Write(records);
        });
    }

    /// <inheritdoc/>
    public void Truncate(TreeHead to, IReadOnlyList<StoreIdentity> steps, IReadOnlyList<StoreRecord> records)
    {
        var identity = Truncation.Check(this, to, steps);
        Write($"take off the leaves from {to.Size} on", () =>
        {
            tree.Truncate(to);
            tree.Identity = identity;
            tree.Write(records);
        });
    }

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<NodeId, Hash>> ReadNodes(ulong start, ulong end)
    {
        var nodes = new List<KeyValuePair<NodeId, Hash>>();
        for (var last = start; last < end; last++)
        {
            for (var level = 1; ((last + 1) & ((1ul << level) - 1)) == 0; level++)
                nodes.Add(new(new NodeId(level, last >> level), ReadNode(new NodeId(level, last >> level))));
        }

        return nodes;
    }

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<Hash, ulong>> ReadIndex(Hash? after, int count)
    {
        process.MustBeAlive();
        var order = Comparer<Hash>.Create((a, b) => a.AsSpan().SequenceCompareTo(b.AsSpan()));
        return [.. tree.Index.Where(entry => after is not { } last || order.Compare(entry.Key, last) > 0)
            .OrderBy(entry => entry.Key, order).Take(count)];
    }

    /// <inheritdoc/>
    public void CheckOwnValues() => process.MustBeAlive();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_closed)
            return;
        _closed = true;
        closed();
    }

    private void Write(string what, Action write)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        process.MustBeAlive();
        if (_failed.Task.IsCompleted)
            throw new StoreException("simulated: the store has failed and takes nothing more");
        fate(what).Meet(process, write, () =>
        {
            var error = new StoreException($"simulated: an error came back for: {what}");
            _failed.TrySetResult(error);
            return error;
        });
    }
}
