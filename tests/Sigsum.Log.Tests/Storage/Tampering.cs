using System.Text;
using RocksDbSharp;
using Sigsum.Log.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Tests.Storage;

/// <summary>What a store holds, by kind.</summary>
public enum StoredThing
{
    Leaf,
    IndexEntry,
    LowNode,
    UpperNode,
    TreeHead,
    Identity,
    Published,
}

/// <summary>Changes the database of a node that is stopped, behind its back: the checksums of its blocks are right
/// afterwards, as where a byte changed in memory before it was written.</summary>
internal static class Tampering
{
    /// <summary>Writes what is wrong.</summary>
    public static void Change(string dataPath, Action<WriteBatch, RocksDbHandle> change)
    {
        using var db = RocksDbHandle.Open(DataDirectory.Open(dataPath), create: false);
        using var batch = new WriteBatch();
        change(batch, db);
        db.Write(batch);
    }

    /// <summary>Puts a value of the store's own, or a record, as one that was sealed with what is wrong in it already.</summary>
    public static void PutSealed(
        this WriteBatch batch, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ColumnFamilyHandle family) =>
        batch.Put(key, SealedValue.Close(key, value), family);

    /// <summary>Changes one byte of one value: of a leaf, of what belongs to it, or of what there is once.</summary>
    public static void Flip(string dataPath, StoredThing thing, ulong leaf)
    {
        using var db = RocksDbHandle.Open(DataDirectory.Open(dataPath), create: false);
        byte[] key = Key(db, thing, leaf);
        var family = Family(db, thing);
        byte[] value = db.Get(family, key)!;
        value[0] ^= 1;
        using var batch = new WriteBatch();
        batch.Put(key, value, family);
        db.Write(batch);
    }

    /// <summary>Changes one bit of a leaf in the table file that holds it, so that its checksum is wrong.</summary>
    public static void FlipOnDisk(string dataPath, Leaf leaf)
    {
        byte[] bytes = new byte[Leaf.Size];
        leaf.WriteBinary(bytes);
        foreach (string path in Directory.GetFiles(Path.Combine(dataPath, "store"), "*.sst"))
        {
            int at = File.ReadAllBytes(path).AsSpan().IndexOf(bytes);
            if (at < 0)
                continue;
            using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            file.Position = at;
            file.WriteByte((byte)(bytes[0] ^ 1));
            return;
        }

        throw new InvalidOperationException("the leaf is in no table file");
    }

    /// <summary>Everything in a family, as keys and values.</summary>
    public static List<KeyValuePair<byte[], byte[]>> Entries(RocksDbHandle db, ColumnFamilyHandle family)
    {
        var entries = new List<KeyValuePair<byte[], byte[]>>();
        using var cursor = db.Seek(family, []);
        for (; cursor.Valid; cursor.Next())
            entries.Add(new(cursor.Key.ToArray(), cursor.Value.ToArray()));
        return entries;
    }

    private static ColumnFamilyHandle Family(RocksDbHandle db, StoredThing thing) => thing switch
    {
        StoredThing.Leaf => db.Leaves,
        StoredThing.IndexEntry => db.Index,
        StoredThing.LowNode => db.Nodes,
        StoredThing.UpperNode => db.UpperNodes,
        StoredThing.TreeHead or StoredThing.Identity => db.Meta,
        StoredThing.Published => db.Records,
        _ => throw new ArgumentOutOfRangeException(nameof(thing)),
    };

    private static byte[] Key(RocksDbHandle db, StoredThing thing, ulong index)
    {
        byte[] leaf = new byte[StoreKeys.LeafSize];
        byte[] node = new byte[StoreKeys.NodeSize];
        switch (thing)
        {
            case StoredThing.Leaf:
                StoreKeys.WriteLeaf(leaf, index);
                return leaf;
            case StoredThing.IndexEntry:
                StoreKeys.WriteLeaf(leaf, index);
                return Rfc6962.HashLeaf(db.Get(db.Leaves, leaf)).AsSpan().ToArray();
            case StoredThing.LowNode:
                StoreKeys.WriteNode(node, new NodeId(1, index >> 1));
                return node;
            case StoredThing.UpperNode:
                StoreKeys.WriteNode(node, new NodeId(8, index >> 8));
                return node;
            default:
                return Encoding.ASCII.GetBytes(thing switch
                {
                    StoredThing.TreeHead => "tree_head",
                    StoredThing.Identity => "identity",
                    _ => "published",
                });
        }
    }
}
