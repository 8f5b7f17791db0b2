using Sigsum.Crypto;
using Sigsum.Log.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Simulation.Machine;

/// <summary>What the store of a node holds on its disk, whether the node runs or not.</summary>
internal sealed class StoredTree(StoreIdentity identity) : INodeReader
{
    private readonly List<List<Hash>> _levels = [];
    private readonly Dictionary<Hash, ulong> _index = [];
    private readonly HashSet<ulong> _unreadable = [];
    private readonly HashSet<ulong> _changed = [];
    private readonly HashSet<NodeId> _changedNodes = [];
    private readonly HashSet<string> _unreadableRecords = [];

    /// <summary>Whose it is.</summary>
    public StoreIdentity Identity { get; set; } = identity;

    /// <summary>Size and root.</summary>
    public TreeHead Head { get; private set; } = TreeHead.Empty;

    /// <summary>All leaves.</summary>
    public List<Leaf> Leaves { get; } = [];

    /// <summary>All records.</summary>
    public SortedDictionary<string, byte[]> Records { get; private init; } = new(StringComparer.Ordinal);

    /// <summary>The index.</summary>
    public IReadOnlyDictionary<Hash, ulong> Index => _index;

    /// <summary>Whether anything that a process reads is not what was written.</summary>
    public bool IsDamaged => _unreadable.Count + _changed.Count + _changedNodes.Count + _unreadableRecords.Count > 0;

    /// <summary>Hash of a leaf.</summary>
    public Hash LeafHash(ulong index) => _levels[0][(int)index];

    /// <inheritdoc/>
    public Hash ReadNode(NodeId id) => _levels[id.Level][(int)id.Index];

    /// <summary>Lets something change at rest: what was written stays known here, and is no longer what a process reads.</summary>
    /// <param name="kind">The kind of thing.</param>
    /// <param name="random">Which one.</param>
    /// <returns>What it was; null where there is none.</returns>
    public string? Decay(Decay kind, Random random)
    {
        switch (kind)
        {
            case Machine.Decay.LeafUnreadable when Head.Size > 0:
                var unreadable = (ulong)random.NextInt64((long)Head.Size);
                _unreadable.Add(unreadable);
                return $"leaf {unreadable} cannot be read any more";
            case Machine.Decay.LeafChanged when Head.Size > 0:
                var changed = (ulong)random.NextInt64((long)Head.Size);
                _changed.Add(changed);
                return $"leaf {changed} has changed";
            case Machine.Decay.NodeChanged when Head.Size > 1:
                var levels = _levels.Count(level => level.Count > 0);
                var level = random.Next(1, levels);
                var node = new NodeId(level, (ulong)random.Next(_levels[level].Count));
                _changedNodes.Add(node);
                return $"tree hash {node} has changed";
            case Machine.Decay.RecordUnreadable when Records.Count > 0:
                var record = Records.Keys.ElementAt(random.Next(Records.Count));
                _unreadableRecords.Add(record);
                return $"record {record} cannot be read any more";
            default:
                return null;
        }
    }

    /// <summary>What a process reads of a leaf.</summary>
    /// <exception cref="StoreException">The disk does not give it.</exception>
    public Leaf ReadLeaf(ulong index)
    {
        if (_unreadable.Contains(index))
            throw new StoreException($"simulated: leaf {index} cannot be read");
        var leaf = Leaves[(int)index];
        return _changed.Contains(index) ? leaf with { Checksum = Flipped(leaf.Checksum) } : leaf;
    }

    /// <summary>What a process reads of a tree hash.</summary>
    public Hash ReadNodeFromDisk(NodeId id)
    {
        var hash = ReadNode(id);
        return _changedNodes.Contains(id) ? Flipped(hash) : hash;
    }

    /// <summary>What a process reads of a record; null where there is none.</summary>
    /// <exception cref="StoreException">The disk gives other bytes than were written; the store sees that by their seal.</exception>
    public byte[]? ReadRecord(string key)
    {
        if (_unreadableRecords.Contains(key))
            throw new StoreException($"simulated: the record {key} is damaged");
        return Records.TryGetValue(key, out var value) ? [.. value] : null;
    }

    /// <summary>Appends a batch.</summary>
    public void Append(StoreBatch batch)
    {
        for (var i = 0; i < batch.Leaves.Length; i++)
        {
            Leaves.Add(batch.Leaves[i]);
            Level(0).Add(batch.LeafHashes[i]);
            _index.TryAdd(batch.LeafHashes[i], batch.FirstIndex + (ulong)i);
        }

        foreach (var (id, hash) in batch.Nodes)
            Level(id.Level).Add(hash);
        Head = batch.NewHead;
        Write(batch.Records);
    }

    /// <summary>Writes and deletes records.</summary>
    public void Write(IEnumerable<StoreRecord> records)
    {
        foreach (var record in records)
        {
            _unreadableRecords.Remove(record.Key);
            if (record.Value.IsEmpty)
                Records.Remove(record.Key);
            else
                Records[record.Key] = record.Value.ToArray();
        }
    }

    /// <summary>Takes leaves off.</summary>
    public void Truncate(TreeHead to)
    {
        for (var i = (int)to.Size; i < Leaves.Count; i++)
            _index.Remove(_levels[0][i]);
        Leaves.RemoveRange((int)to.Size, Leaves.Count - (int)to.Size);
        for (var level = 0; level < _levels.Count; level++)
        {
            var count = (int)(to.Size >> level);
            _levels[level].RemoveRange(count, _levels[level].Count - count);
        }

        _unreadable.RemoveWhere(index => index >= to.Size);
        _changed.RemoveWhere(index => index >= to.Size);
        _changedNodes.RemoveWhere(id => id.Index >= to.Size >> id.Level);
        Head = to;
    }

    /// <summary>A copy of all of it, as a backup takes it.</summary>
    public StoredTree Copy()
    {
        var copy = new StoredTree(Identity)
        {
            Head = Head,
            Records = new SortedDictionary<string, byte[]>(Records, StringComparer.Ordinal),
        };
        copy.Leaves.AddRange(Leaves);
        copy._levels.AddRange(_levels.Select(level => new List<Hash>(level)));
        foreach (var (hash, index) in _index)
            copy._index.Add(hash, index);
        copy._unreadable.UnionWith(_unreadable);
        copy._changed.UnionWith(_changed);
        copy._changedNodes.UnionWith(_changedNodes);
        copy._unreadableRecords.UnionWith(_unreadableRecords);
        return copy;
    }

    private static Hash Flipped(Hash hash)
    {
        var bytes = hash.AsSpan().ToArray();
        bytes[7] ^= 0x10;
        return new Hash(bytes);
    }

    private List<Hash> Level(int level)
    {
        while (_levels.Count <= level)
            _levels.Add([]);
        return _levels[level];
    }
}
