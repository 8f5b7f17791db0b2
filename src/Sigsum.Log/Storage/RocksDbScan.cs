using System.Buffers.Binary;
using RocksDbSharp;
using Sigsum.Crypto;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Storage;

/// <summary>
/// Reads the database from end to end, a piece at a time. No cursor outlives a call: an open one would keep files and
/// write buffers alive that the database is done with.
/// </summary>
internal sealed class RocksDbScan(RocksDbHandle db, RocksDbLogStore store) : IStoreScan
{
    /// <inheritdoc/>
    public void ReadLeaves(ulong start, Span<Leaf> destination)
    {
        Span<byte> key = stackalloc byte[StoreKeys.LeafSize];
        StoreKeys.WriteLeaf(key, start);
        using var cursor = db.Scan(db.Leaves, key);
        RocksDbRead.Leaves(cursor, start, destination);
    }

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<NodeId, Hash>> ReadNodes(ulong start, ulong end)
    {
        var nodes = new List<KeyValuePair<NodeId, Hash>>();
        ReadNodes(db.Nodes, start, end, nodes);
        ReadNodes(db.UpperNodes, start, end, nodes);
        nodes.Sort(static (a, b) =>
            (StoreKeys.LastLeaf(a.Key), a.Key.Level).CompareTo((StoreKeys.LastLeaf(b.Key), b.Key.Level)));
        return nodes;
    }

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<Hash, ulong>> ReadIndex(Hash? after, int count)
    {
        // The next key that there can be is the same with a zero behind it.
        Span<byte> start = stackalloc byte[Hash.Size + 1];
        start.Clear();
        after?.AsSpan().CopyTo(start);
        var entries = new List<KeyValuePair<Hash, ulong>>(count);
        using var cursor = db.Scan(db.Index, after is null ? [] : start);
        for (; entries.Count < count && cursor.Valid; cursor.Next())
        {
            if (cursor.Key.Length != Hash.Size)
            {
                throw RocksDbRead.Foreign("index entries", cursor.Key);
            }

            var hash = new Hash(cursor.Key);
            RocksDbRead.Expect(cursor.Value.Length, sizeof(ulong), "index entry", hash);
            entries.Add(new(hash, BinaryPrimitives.ReadUInt64BigEndian(cursor.Value)));
        }

        return entries;
    }

    /// <inheritdoc/>
    public void CheckOwnValues() => store.CheckOwnValues();

    private void ReadNodes(ColumnFamilyHandle family, ulong start, ulong end, List<KeyValuePair<NodeId, Hash>> into)
    {
        Span<byte> key = stackalloc byte[StoreKeys.LeafSize];
        StoreKeys.WriteLeaf(key, start);
        using var cursor = db.Scan(family, key);
        for (; cursor.Valid; cursor.Next())
        {
            if (StoreKeys.TryReadNode(cursor.Key) is not { } id || db.NodesOf(id.Level) != family)
            {
                throw RocksDbRead.Foreign("tree hashes", cursor.Key);
            }

            if (StoreKeys.LastLeaf(id) >= end)
            {
                return;
            }

            RocksDbRead.Expect(cursor.Value.Length, Hash.Size, "node", id);
            into.Add(new(id, new Hash(cursor.Value)));
        }
    }
}
