using RocksDbSharp;
using Sigsum.Merkle;

namespace Sigsum.Log.Storage;

/// <summary>What is checked when a database is opened: that tree head, leaves, nodes and index are of one tree, as far
/// as O(log n) reads can tell. Damage inside the tree is for whoever reads every leaf.</summary>
internal static class RocksDbCheck
{
    /// <summary>Throws unless every record is as it was written, under the key under which it was. Otherwise one whose key
    /// has changed would be taken for one that is not there. Whoever only looks is told of it by those who read them.</summary>
    /// <exception cref="StoreException">A record is damaged.</exception>
    public static void Records(ILogStore store) => store.ReadRecords("");

    /// <summary>Throws unless the tree ends where its head says, with the root that its head has.</summary>
    /// <exception cref="StoreException">The tree is damaged.</exception>
    public static void Tree(RocksDbHandle db, ILogStore store)
    {
        var head = store.TreeHead;
        Span<byte> end = stackalloc byte[StoreKeys.LeafSize];
        StoreKeys.WriteLeaf(end, head.Size);
        // The key of a node starts with the index of its last leaf.
        foreach (var (family, name) in (ReadOnlySpan<(ColumnFamilyHandle, string)>)
            [(db.Leaves, "leaves"), (db.Nodes, "tree hashes"), (db.UpperNodes, "tree hashes")])
        {
            using var cursor = db.Seek(family, end);
            if (cursor.Valid)
            {
                throw new StoreException(
                    $"there is more than the tree head of size {head.Size} says among the {name}: the store is damaged");
            }
        }

        // Reads a node for each bit of the size, the last leaf among them or below the last of them.
        TreeAppender.Restore(store);
        if (head.Size > 0)
        {
            var last = new NodeId(0, head.Size - 1);
            if (store.FindLeaf(store.ReadNode(last)) is null)
            {
                throw new StoreException($"leaf {last.Index} is not in the index: the store is damaged");
            }
        }
    }
}
