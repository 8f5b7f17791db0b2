using System.Collections.Immutable;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Replication;

/// <summary>
/// Puts leaves of another node's feed at the end of the tree here: computed first, looked at by the caller, and stored only
/// then. Not safe for use by several threads.
/// </summary>
/// <param name="store">The tree here.</param>
/// <param name="record">What is stored with each batch, from the size that it leads to; null for nothing.</param>
internal sealed class LeafCopier(ILogStore store, Func<ulong, StoreRecord>? record = null)
{
    /// <summary>The most leaves that are asked for in one request.</summary>
    public const int BatchSize = 8192;

    private readonly TreeAppender _appender = TreeAppender.Restore(store);

    /// <summary>What storing the leaves of an answer would make of the tree.</summary>
    public StoreBatch Prepare(FeedBatch batch)
    {
        var leaves = batch.Leaves.ToImmutableArray();
        var hashes = ImmutableArray.CreateBuilder<Hash>(leaves.Length);
        foreach (var leaf in leaves)
            hashes.Add(leaf.LeafHash());
        return _appender.Prepare(
            leaves, hashes.MoveToImmutable(), record is null ? [] : [record(_appender.TreeHead.Size + (ulong)leaves.Length)]);
    }

    /// <summary>Stores what was prepared last.</summary>
    public void Store(StoreBatch prepared)
    {
        store.Commit(prepared);
        _appender.Accept(prepared);
    }

    /// <summary>Copies all that is missing up to a tree head, and proves on the way that it leads there.</summary>
    /// <param name="feed">A node that holds the tree.</param>
    /// <param name="target">A head that was signed by somebody whose word counts.</param>
    /// <param name="progress">Told the size after each batch.</param>
    /// <param name="cancellationToken">Ends it between two batches.</param>
    /// <exception cref="StoreException">The leaves do not lead there. The last batch, which would have shown it, is not
    /// stored.</exception>
    /// <exception cref="LogClientException">The node cannot be asked.</exception>
    public async Task CopyAsync(
        FeedClient feed, TreeHead target, IProgress<ulong>? progress, CancellationToken cancellationToken)
    {
        while (store.TreeHead.Size < target.Size)
        {
            var start = store.TreeHead.Size;
            var end = Math.Min(start + BatchSize, target.Size);
            var batch = await feed.GetLeavesAsync(start, end, TimeSpan.Zero, cancellationToken);
            if (batch.Leaves.Count == 0)
                throw new StoreException($"the other node's tree ends at {start}, before size {target.Size}");
            var prepared = Prepare(batch);
            if (batch.PrimaryTree is { } theirs && theirs != prepared.NewHead)
            {
                throw new StoreException($"the other node has root {theirs.RootHash} for size {theirs.Size}, its leaves make "
                    + $"{prepared.NewHead.RootHash}");
            }

            if (prepared.NewHead.Size == target.Size && prepared.NewHead != target)
            {
                throw new StoreException($"the leaves lead to root {prepared.NewHead.RootHash} for size {target.Size}, not to "
                    + $"{target.RootHash}");
            }

            Store(prepared);
            progress?.Report(prepared.NewHead.Size);
        }
    }
}
