using RocksDbSharp;
using Sigsum.Crypto;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Hazards.Tests.Cluster;

/// <summary>Changes what a stopped node has stored, in ways that no checksum of the database notices.</summary>
internal static class StoreTampering
{
    /// <summary>Changes one byte of a leaf, and nothing else: not the hashes above it.</summary>
    /// <param name="dataDirectory">The node's data directory.</param>
    /// <param name="choose">Which leaf, given how many there are.</param>
    /// <returns>The leaf's index.</returns>
    public static ulong ChangeLeaf(string dataDirectory, Func<ulong, ulong> choose)
    {
        ulong index;
        using (RocksDbLogStore store = RocksDbLogStore.Open(dataDirectory))
            index = choose(store.TreeHead.Size);
        byte[] key = new byte[StoreKeys.LeafSize];
        StoreKeys.WriteLeaf(key, index);
        using RocksDbHandle database = RocksDbHandle.Open(DataDirectory.Open(dataDirectory), create: false);
        byte[] leaf = database.Get(database.Leaves, key)!;
        leaf[0] ^= 1;
        using WriteBatch batch = new();
        batch.Put(key, leaf, database.Leaves);
        database.Write(batch);
        return index;
    }

    /// <summary>Stores the same leaves with one byte of the first one changed, and all hashes above it as they then are.</summary>
    public static void Rewrite(string dataDirectory)
    {
        StoreIdentity identity;
        Leaf[] leaves;
        using (RocksDbLogStore store = RocksDbLogStore.Open(dataDirectory))
        {
            identity = store.Identity;
            leaves = new Leaf[store.TreeHead.Size];
            store.ReadLeaves(0, leaves);
        }

        byte[] first = new byte[Leaf.Size];
        leaves[0].WriteBinary(first);
        first[0] ^= 1;
        leaves[0] = Leaf.ReadBinary(first);
        Directory.Delete(dataDirectory, recursive: true);
        using RocksDbLogStore rewritten = RocksDbLogStore.Create(dataDirectory, identity);
        TreeAppender appender = TreeAppender.Restore(rewritten);
        Hash[] hashes = [.. leaves.Select(leaf => leaf.LeafHash())];
        rewritten.Commit(appender.Prepare(leaves, hashes, []));
    }
}
