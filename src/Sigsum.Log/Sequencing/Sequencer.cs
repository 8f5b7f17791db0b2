using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Sigsum.Crypto;
using Sigsum.Log.Admission;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Pipeline;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Sequencing;

/// <summary>
/// The one writer of a primary's tree. While one batch is being synced the next one gathers (group commit), so a
/// single leaf waits for one sync and a crowd shares it.
/// </summary>
/// <remarks>
/// For each batch: take what is queued; set aside leaves that are in the tree already; give the others the next
/// indices; store leaves, tree hashes, index and rate-limit counts in one synced write; only then advance the local
/// size and answer. A crash before the write loses only leaves that nobody was told about; a crash after it loses
/// nothing.
/// </remarks>
internal sealed partial class Sequencer(
    ILogStore store,
    SequencerQueue queue,
    IRateLimiter limiter,
    Intake intake,
    Watermark localSize,
    int batchSize,
    NodeMetrics metrics,
    TimeProvider time,
    ILogger<Sequencer> logger)
{
    /// <summary>Rate-limit counts of earlier days that one batch removes at most.</summary>
    private const int MaxExpired = 64;

    private readonly TreeAppender _appender = TreeAppender.Restore(store);
    private readonly Lock _writing = new();

    /// <summary>Writes until the queue is closed and empty, or storage fails.</summary>
    /// <exception cref="StoreException">Storage failed; every waiter has been told, and the process must stop.</exception>
    public async Task RunAsync()
    {
        try
        {
            var batch = new List<PendingLeaf>(batchSize);
            while (await queue.Reader.WaitToReadAsync())
            {
                while (batch.Count < batchSize && queue.Reader.TryRead(out var leaf))
                    batch.Add(leaf);
                lock (_writing)
                    Commit(batch);
                batch.Clear();
            }
        }
        catch (Exception error)
        {
            Stopped(logger, error);
            queue.Fail(error);
            throw;
        }
    }

    /// <summary>Does something between two batches: while it runs, nothing is written to the tree.</summary>
    public void Between(Action action)
    {
        lock (_writing)
            action();
    }

    private void Commit(List<PendingLeaf> batch)
    {
        if (intake.ClosedBecause is { } closed)
            RefuseNew(batch, closed);
        var indices = new ulong[batch.Count];
        var leaves = ImmutableArray.CreateBuilder<Leaf>(batch.Count);
        var hashes = ImmutableArray.CreateBuilder<Hash>(batch.Count);
        var counts = new Dictionary<string, StoreRecord>();
        var fresh = new bool[batch.Count];
        var first = store.TreeHead.Size;
        for (var i = 0; i < batch.Count; i++)
        {
            var leaf = batch[i].Leaf;
            if (store.FindLeaf(leaf.LeafHash) is { } known)
            {
                indices[i] = known;
                continue;
            }

            fresh[i] = true;
            indices[i] = first + (ulong)leaves.Count;
            leaves.Add(leaf.Leaf);
            hashes.Add(leaf.LeafHash);
            if (leaf.Reservation.Confirm() is { } count)
                counts[count.Key] = count;
        }

        if (leaves.Count > 0)
        {
            var started = time.GetTimestamp();
            var prepared = _appender.Prepare(
                leaves.DrainToImmutable(), hashes.DrainToImmutable(),
                [.. counts.Values, .. limiter.TakeExpired(MaxExpired)]);
            store.Commit(prepared);
            _appender.Accept(prepared);
            metrics.Pipeline.OnBatchStored(prepared.Leaves.Length, time.GetElapsedTime(started));
            metrics.Trees.SetSize(TreeStage.Local, prepared.NewHead.Size);
            localSize.Advance(prepared.NewHead.Size);
        }

        for (var i = 0; i < batch.Count; i++)
        {
            if (!fresh[i])
                batch[i].Leaf.Reservation.Release();
            queue.Remove(batch[i]);
            batch[i].Complete(indices[i]);
        }
    }

    /// <summary>The gate was still open when these came; the tree has been closed since.</summary>
    private void RefuseNew(List<PendingLeaf> batch, string because)
    {
        foreach (var leaf in batch.Where(leaf => store.FindLeaf(leaf.Leaf.LeafHash) is null))
        {
            queue.Remove(leaf);
            leaf.Fail(new SequencerUnavailableException(because));
        }

        batch.RemoveAll(leaf => leaf.Index.IsCompleted);
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "the sequencer stopped; no leaf is taken any more")]
    private static partial void Stopped(ILogger logger, Exception error);
}
