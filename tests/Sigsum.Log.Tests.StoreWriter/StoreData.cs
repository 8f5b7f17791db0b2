using System.Buffers.Binary;
using System.Security.Cryptography;
using Sigsum.Crypto;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Tests.Storage;

/// <summary>Leaves that follow from their index, so that whoever reads a store knows what must be in it. They are
/// not signed: the store does not look into leaves.</summary>
internal static class StoreData
{
    public static Leaf Leaf(ulong index)
    {
        Span<byte> seed = stackalloc byte[8];
        Span<byte> bytes = stackalloc byte[Messages.Leaf.Size];
        BinaryPrimitives.WriteUInt64LittleEndian(seed, index);
        SHA512.HashData(seed, bytes);
        SHA512.HashData(bytes[..64], bytes[64..]);
        return Messages.Leaf.ReadBinary(bytes);
    }

    public static Leaf[] Leaves(ulong first, int count)
    {
        var leaves = new Leaf[count];
        for (int i = 0; i < count; i++)
        {
            leaves[i] = Leaf(first + (ulong)i);
        }

        return leaves;
    }

    public static StoreBatch Prepare(
        this TreeAppender appender, IReadOnlyList<Leaf> leaves, params StoreRecord[] records)
    {
        var hashes = new Hash[leaves.Count];
        for (int i = 0; i < hashes.Length; i++)
        {
            hashes[i] = leaves[i].LeafHash();
        }

        return appender.Prepare(leaves, hashes, records);
    }

    /// <summary>Appends the next leaves of the series.</summary>
    public static void Append(this TreeAppender appender, ILogStore store, int count, params StoreRecord[] records)
    {
        var batch = appender.Prepare(Leaves(appender.TreeHead.Size, count), records);
        store.Commit(batch);
        appender.Accept(batch);
    }
}
