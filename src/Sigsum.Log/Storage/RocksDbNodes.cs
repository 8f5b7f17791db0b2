using Sigsum.Crypto;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Storage;

/// <summary>
/// Reads the nodes of a proof: upper ones from memory, leaves and lower ones from the database, the latter with one
/// question. The lower nodes around a leaf are neighbours, so one block of a file has them all.
/// </summary>
internal sealed class RocksDbNodes(RocksDbHandle db)
{
    private volatile NodeCache _upper = new();

    /// <summary>One hash of a tree of this size.</summary>
    public Hash Read(NodeId id, ulong size)
    {
        StoreKeys.ThrowIfNotIn(id, size);
        return id.Level switch
        {
            0 => ReadLeafHash(id.Index),
            < StoreKeys.UpperLevel => ReadStored(id),
            _ => ReadUpper(id),
        };
    }

    /// <summary>Several hashes of a tree of this size.</summary>
    public void Read(ReadOnlySpan<NodeId> ids, Span<Hash> hashes, ulong size)
    {
        Span<int> lower = stackalloc int[ids.Length];
        int count = 0;
        for (int i = 0; i < ids.Length; i++)
        {
            if (ids[i].Level is > 0 and < StoreKeys.UpperLevel)
                lower[count++] = i;
            else
                hashes[i] = Read(ids[i], size);
        }

        ReadLower(ids, lower[..count], hashes, size);
    }

    /// <summary>
    /// Forgets what is in memory: the tree was taken back. Whoever reads a node meanwhile keeps it where nobody looks any more.
    /// </summary>
    public void Clear() => _upper = new NodeCache();

    private void ReadLower(ReadOnlySpan<NodeId> ids, Span<int> which, Span<Hash> hashes, ulong size)
    {
        Span<byte> keys = stackalloc byte[which.Length * StoreKeys.NodeSize];
        Span<byte> values = stackalloc byte[which.Length * Hash.Size];
        SortByKey(ids, which);
        for (int i = 0; i < which.Length; i++)
        {
            StoreKeys.ThrowIfNotIn(ids[which[i]], size);
            StoreKeys.WriteNode(keys[(i * StoreKeys.NodeSize)..], ids[which[i]]);
        }

        Span<int> lengths = stackalloc int[which.Length];
        db.GetAll(db.Nodes, keys, StoreKeys.NodeSize, values, Hash.Size, lengths);
        for (int i = 0; i < which.Length; i++)
        {
            RocksDbRead.Expect(lengths[i] < 0 ? null : lengths[i], Hash.Size, "node", ids[which[i]]);
            hashes[which[i]] = new Hash(values.Slice(i * Hash.Size, Hash.Size));
        }
    }

    /// <summary>Puts the few nodes of a proof in the order of the database; most of them are in order already.</summary>
    private static void SortByKey(ReadOnlySpan<NodeId> ids, Span<int> which)
    {
        for (int i = 1; i < which.Length; i++)
        {
            for (int j = i; j > 0 && IsBefore(ids[which[j]], ids[which[j - 1]]); j--)
                (which[j], which[j - 1]) = (which[j - 1], which[j]);
        }
    }

    private static bool IsBefore(NodeId a, NodeId b) =>
        StoreKeys.LastLeaf(a).CompareTo(StoreKeys.LastLeaf(b)) is var order && (order < 0 || (order == 0 && a.Level < b.Level));

    private Hash ReadUpper(NodeId id)
    {
        var upper = _upper;
        if (upper.TryGet(id, out var known))
            return known;
        var hash = ReadStored(id);
        upper.Put(id, hash);
        return hash;
    }

    private Hash ReadStored(NodeId id)
    {
        Span<byte> key = stackalloc byte[StoreKeys.NodeSize];
        StoreKeys.WriteNode(key, id);
        Span<byte> hash = stackalloc byte[Hash.Size];
        RocksDbRead.Expect(db.Get(db.NodesOf(id.Level), key, hash), Hash.Size, "node", id);
        return new Hash(hash);
    }

    private Hash ReadLeafHash(ulong index)
    {
        Span<byte> key = stackalloc byte[StoreKeys.LeafSize];
        StoreKeys.WriteLeaf(key, index);
        Span<byte> leaf = stackalloc byte[Leaf.Size];
        RocksDbRead.Expect(db.Get(db.Leaves, key, leaf), Leaf.Size, "leaf", index);
        return Rfc6962.HashLeaf(leaf);
    }
}
