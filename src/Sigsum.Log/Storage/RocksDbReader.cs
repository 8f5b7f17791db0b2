using System.Buffers.Binary;
using System.Text;
using Sigsum.Crypto;
using Sigsum.Messages;

namespace Sigsum.Log.Storage;

/// <summary>Reads single values of the database: each is checked against the size of the tree that the reader knows.</summary>
internal sealed class RocksDbReader(RocksDbHandle db)
{
    /// <summary>The index of a leaf in a tree of this size; null where it is not in it.</summary>
    public ulong? FindLeaf(in Hash leafHash, ulong size)
    {
        Span<byte> value = stackalloc byte[sizeof(ulong)];
        int? length = db.Get(db.Index, leafHash.AsSpan(), value);
        if (length is null)
        {
            return null;
        }

        RocksDbRead.Expect(length, sizeof(ulong), "index entry", leafHash);
        ulong index = BinaryPrimitives.ReadUInt64BigEndian(value);
        // A commit that is about to return: its tree head is not visible yet, so neither are its leaves.
        return index < size ? index : null;
    }

    /// <summary>Leaves of a tree of this size, from an index on.</summary>
    public void Leaves(ulong start, Span<Leaf> destination, ulong size)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)destination.Length, size - start, nameof(destination));

        Span<byte> key = stackalloc byte[StoreKeys.LeafSize];
        StoreKeys.WriteLeaf(key, start);
        using var cursor = db.Seek(db.Leaves, key);
        RocksDbRead.Leaves(cursor, start, destination);
    }

    /// <summary>The value of a record; null where there is none.</summary>
    public byte[]? Record(string key)
    {
        StoreRecord.ValidateKey(key);
        byte[] stored = Encoding.ASCII.GetBytes(key);
        return db.Get(db.Records, stored) is { } value ? SealedValue.Open(stored, value) : null;
    }

    /// <summary>All records whose keys begin so, in order.</summary>
    public IReadOnlyList<StoreRecord> Records(string prefix)
    {
        byte[] start = Encoding.ASCII.GetBytes(prefix);
        var records = new List<StoreRecord>();
        using var cursor = db.Seek(db.Records, start);
        for (; cursor.Valid && cursor.Key.StartsWith(start); cursor.Next())
        {
            records.Add(new StoreRecord(
                Encoding.ASCII.GetString(cursor.Key), SealedValue.Open(cursor.Key, cursor.Value)));
        }

        return records;
    }

    /// <summary>Whose store it is.</summary>
    public StoreIdentity Identity() => StoreFormat.ReadIdentity(Meta(RocksDbTransaction.IdentityKey));

    /// <summary>The tree that is stored.</summary>
    public TreeHead TreeHead() => StoreFormat.ReadTreeHead(Meta(RocksDbTransaction.TreeHeadKey));

    /// <summary>Throws unless identity and tree head are the only values of the store's own.</summary>
    /// <exception cref="StoreException">There is another one.</exception>
    public void ExpectNoForeignValues()
    {
        using var cursor = db.Seek(db.Meta, []);
        for (; cursor.Valid; cursor.Next())
        {
            if (!cursor.Key.SequenceEqual(RocksDbTransaction.IdentityKey)
                && !cursor.Key.SequenceEqual(RocksDbTransaction.TreeHeadKey))
                throw RocksDbRead.Foreign("store's own values", cursor.Key);
        }
    }

    private byte[] Meta(ReadOnlySpan<byte> key) => db.Get(db.Meta, key) is { } value
        ? SealedValue.Open(key, value)
        : throw new StoreException($"the store has no {Encoding.ASCII.GetString(key)}: it is damaged");
}
