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

    /// <summary>Leaves that the disk has damaged: whoever reads one gets an error.</summary>
    public HashSet<ulong> Damaged { get; } = [];

    /// <summary>Hash of a leaf.</summary>
    public Hash LeafHash(ulong index) => _levels[0][(int)index];

    /// <inheritdoc/>
    public Hash ReadNode(NodeId id) => _levels[id.Level][(int)id.Index];

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

        Damaged.RemoveWhere(index => index >= to.Size);
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
        copy.Damaged.UnionWith(Damaged);
        return copy;
    }

    private List<Hash> Level(int level)
    {
        while (_levels.Count <= level)
            _levels.Add([]);
        return _levels[level];
    }
}
