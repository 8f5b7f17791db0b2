using System.Text;
using RocksDbSharp;
using Sigsum.Crypto;
using Sigsum.Messages;

namespace Sigsum.Log.Storage;

/// <summary>Collects in memory what is then written as one: whatever is stored gets its key and its bytes
/// here.</summary>
internal sealed class RocksDbTransaction(RocksDbHandle db) : IDisposable
{
    private readonly WriteBatch _batch = new();

    /// <summary>Key of the identity among the store's own values.</summary>
    public static ReadOnlySpan<byte> IdentityKey => "identity"u8;

    /// <summary>Key of the tree head among the store's own values.</summary>
    public static ReadOnlySpan<byte> TreeHeadKey => "tree_head"u8;

    /// <summary>Puts the identity.</summary>
    public void Put(StoreIdentity identity) => Put(IdentityKey, StoreFormat.WriteIdentity(identity), db.Meta);

    /// <summary>Puts the tree head.</summary>
    public void Put(TreeHead head) => Put(TreeHeadKey, StoreFormat.WriteTreeHead(head), db.Meta);

    /// <summary>Puts records, and deletes those without a value.</summary>
    public void Put(ReadOnlySpan<StoreRecord> records)
    {
        foreach (var record in records)
        {
            byte[] key = Encoding.ASCII.GetBytes(record.Key);
            if (record.Value.IsEmpty)
            {
                _batch.Delete(key, db.Records);
            }
            else
            {
                Put(key, record.Value.Span, db.Records);
            }
        }
    }

    /// <summary>Puts leaves, index entries, nodes, the new head and the records of a batch.</summary>
    public void Put(StoreBatch batch, ILogStore store)
    {
        Span<byte> key = stackalloc byte[StoreKeys.NodeSize];
        Span<byte> index = key[..StoreKeys.LeafSize];
        Span<byte> leaf = stackalloc byte[Leaf.Size];
        var seen = new HashSet<Hash>(batch.LeafHashes.Length);
        for (int i = 0; i < batch.Leaves.Length; i++)
        {
            StoreKeys.WriteLeaf(index, batch.FirstIndex + (ulong)i);
            batch.Leaves[i].WriteBinary(leaf);
            _batch.Put(index, leaf, db.Leaves);

            // The first leaf of its hash stays the one that is found: an answer that was given remains true.
            Hash hash = batch.LeafHashes[i];
            if (seen.Add(hash) && store.FindLeaf(hash) is null)
            {
                _batch.Put(hash.AsSpan(), index, db.Index);
            }
        }

        foreach (var (id, hash) in batch.Nodes)
        {
            StoreKeys.WriteNode(key, id);
            _batch.Put(key, hash.AsSpan(), db.NodesOf(id.Level));
        }

        Put(batch.NewHead);
        Put(batch.Records.AsSpan());
    }

    /// <summary>Deletes leaves from one index to another, the nodes that they completed, and index entries.</summary>
    public void Delete(ulong start, ulong end, IEnumerable<Hash> entries)
    {
        byte[] from = new byte[StoreKeys.NodeSize];
        byte[] to = new byte[StoreKeys.NodeSize];
        StoreKeys.WriteLeaf(from, start);
        StoreKeys.WriteLeaf(to, end);
        const ulong leaf = StoreKeys.LeafSize;
        const ulong node = StoreKeys.NodeSize;
        _batch.DeleteRange(from, leaf, to, leaf, db.Leaves);
        _batch.DeleteRange(from, node, to, node, db.Nodes);
        _batch.DeleteRange(from, node, to, node, db.UpperNodes);
        foreach (var hash in entries)
            _batch.Delete(hash.AsSpan(), db.Index);
    }

    /// <summary>Writes everything: atomic, with one sync.</summary>
    /// <exception cref="RocksDbException">What has been written is unknown.</exception>
    public void Write() => db.Write(_batch);

    /// <inheritdoc/>
    public void Dispose() => _batch.Dispose();

    private void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ColumnFamilyHandle family) =>
        _batch.Put(key, SealedValue.Close(key, value), family);
}
