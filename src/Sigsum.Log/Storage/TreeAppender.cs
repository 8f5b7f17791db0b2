using Sigsum.Crypto;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Storage;

/// <summary>
/// Computes what appending leaves does to a tree, without touching the store. The writer prepares a batch, commits
/// it, and accepts it; a batch that is not accepted has changed nothing. Not safe for use by several threads.
/// </summary>
internal sealed class TreeAppender
{
    private CompactRange _range;
    private (StoreBatch Batch, CompactRange Range)? _prepared;

    private TreeAppender(CompactRange range, TreeHead head)
    {
        _range = range;
        TreeHead = head;
    }

    /// <summary>The tree on which the next batch is prepared.</summary>
    public TreeHead TreeHead { get; private set; }

    /// <summary>Continues the tree that the store holds, from its O(log n) frontier nodes.</summary>
    /// <exception cref="StoreException">The nodes do not have the root of the stored tree head.</exception>
    public static TreeAppender Restore(ILogStore store)
    {
        var head = store.TreeHead;
        var range = CompactRange.Restore(head.Size, store);
        if (range.Root() != head.RootHash)
        {
            throw new StoreException($"the stored nodes of the tree of {head.Size} leaves have root {range.Root()}, " +
                $"the stored tree head says {head.RootHash}");
        }

        return new TreeAppender(range, head);
    }

    /// <summary>Prepares a batch that appends these leaves.</summary>
    public StoreBatch Prepare(
        IReadOnlyList<Leaf> leaves,
        IReadOnlyList<Hash> leafHashes,
        IReadOnlyList<StoreRecord> records)
    {
        var range = _range.Clone();
        var batch = StoreBatch.Append(range, TreeHead, leaves, leafHashes, records);
        _prepared = (batch, range);
        return batch;
    }

    /// <summary>Moves on after the batch that was prepared last has been committed.</summary>
    /// <exception cref="InvalidOperationException">Another batch.</exception>
    public void Accept(StoreBatch batch)
    {
        if (_prepared is not { } prepared || !ReferenceEquals(prepared.Batch, batch))
        {
            throw new InvalidOperationException("only the batch that was prepared last can be accepted");
        }

        (_range, TreeHead, _prepared) = (prepared.Range, batch.NewHead, null);
    }
}
