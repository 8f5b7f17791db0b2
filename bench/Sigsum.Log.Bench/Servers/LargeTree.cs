using System.Buffers.Binary;
using System.Security.Cryptography;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Bench.Servers;

/// <summary>
/// Puts leaves into the store of a node that is stopped, through the store's own interface. Leaves follow from their
/// index, so each node gets the same tree; their signatures are none, which a node that holds them does not look at again.
/// </summary>
internal static class LargeTree
{
    private const int BatchSize = 8192;

    /// <summary>The leaf at an index.</summary>
    public static Leaf LeafAt(ulong index)
    {
        Span<byte> bytes = stackalloc byte[Leaf.Size];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, index);
        SHA512.HashData(bytes[..8], bytes[..64]);
        SHA512.HashData(bytes[..64], bytes[64..]);
        return Leaf.ReadBinary(bytes);
    }

    /// <summary>Grows the tree to a size.</summary>
    /// <param name="dataDir">A node's directory, made by init.</param>
    /// <param name="size">How many leaves it shall have.</param>
    /// <param name="sthFile">Where a primary has its signed tree head; null for a secondary.</param>
    /// <param name="key">The log's key.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task GrowAsync(
        string dataDir, ulong size, string? sthFile, NodeKey key, CancellationToken cancellation)
    {
        TreeHead head;
        using (RocksDbLogStore store = RocksDbLogStore.Open(dataDir))
        {
            TreeAppender appender = TreeAppender.Restore(store);
            while (store.TreeHead.Size < size)
            {
                cancellation.ThrowIfCancellationRequested();
                ulong start = store.TreeHead.Size;
                Leaf[] leaves = new Leaf[(int)Math.Min(BatchSize, size - start)];
                for (int i = 0; i < leaves.Length; i++)
                    leaves[i] = LeafAt(start + (ulong)i);
                StoreBatch batch = appender.Prepare(leaves, [.. leaves.Select(leaf => leaf.LeafHash())], []);
                store.Commit(batch);
                appender.Accept(batch);
            }

            head = store.TreeHead;
        }

        if (sthFile is null)
            return;
        OpenedKey opened = await KeyFile.OpenAsync(key.PrivateFile, cancellationToken: cancellation);
        SignedTreeHead signed = await SignedTreeHead.SignAsync(head, opened.Signer, cancellation);
        new SthFile(sthFile, HostDisk.Instance).Store(signed);
        new StartupFile(sthFile, HostDisk.Instance).Remove();
        opened.Dispose();
    }
}
