using Sigsum.Messages;

namespace Sigsum.Log.Storage;

/// <summary>How leaves are read one after the other, and what is said of what is not as it was written.</summary>
internal static class RocksDbRead
{
    /// <summary>Reads leaves from a cursor that stands at the first of them.</summary>
    /// <exception cref="StoreException">One is missing, or has another length.</exception>
    public static void Leaves(RocksDbCursor cursor, ulong start, Span<Leaf> destination)
    {
        Span<byte> key = stackalloc byte[StoreKeys.LeafSize];
        for (int i = 0; i < destination.Length; i++)
        {
            ulong index = start + (ulong)i;
            StoreKeys.WriteLeaf(key, index);
            if (!cursor.Valid)
            {
                throw Missing("leaf", index);
            }

            if (!cursor.Key.SequenceEqual(key))
            {
                throw cursor.Key.Length == key.Length
                    ? Missing("leaf", index)
                    : Foreign("leaves", cursor.Key);
            }

            Expect(cursor.Value.Length, Leaf.Size, "leaf", index);
            destination[i] = Leaf.ReadBinary(cursor.Value);
            cursor.Next();
        }
    }

    /// <summary>Throws unless there is a value and it has its length.</summary>
    /// <exception cref="StoreException">There is none (null), or it has another length.</exception>
    public static void Expect<T>(int? length, int expected, string what, T which)
    {
        if (length is null)
        {
            throw Missing(what, which);
        }

        if (length != expected)
        {
            throw new StoreException($"{what} {which} has {length} bytes instead of {expected}: the store is damaged");
        }
    }

    /// <summary>An entry whose key this store does not write.</summary>
    public static StoreException Foreign(string among, ReadOnlySpan<byte> key) =>
        new($"an entry among the {among} is none, its key is {Convert.ToHexStringLower(key)}: the store is damaged");

    private static StoreException Missing<T>(string what, T which) =>
        new($"{what} {which} is missing: the store is damaged");
}
