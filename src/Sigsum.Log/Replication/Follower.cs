using System.Collections.Immutable;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Hosting;
using Sigsum.Log.Pipeline;
using Sigsum.Log.Scrubbing;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Replication;

/// <summary>
/// The one writer of a secondary's tree: asks the primary for the leaves that it lacks, checks them, stores them,
/// and asks for the next. The primary holds the request until there are leaves, so nothing waits for a clock; a
/// log-go primary answers "end of tree" at once and is polled.
/// </summary>
/// <remarks>
/// Leaves are compared with the primary's root for the size that they lead to before they are stored. A difference
/// means that the two trees are not the same log: nothing is stored and nothing is acknowledged until an operator
/// has looked. A primary that is behind (restored from an older copy) is waited for.
/// </remarks>
internal sealed class Follower(
    FeedClient feed,
    ILogStore store,
    Watermark localSize,
    StoreDamage damage,
    int batchSize,
    TimeSpan wait,
    TimeSpan pollInterval,
    NodeServices services)
{
    private static readonly TimeSpan HoldSlack = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _time = services.Time;
    private readonly HealthCondition _condition = services.Health.Register("primary", reason: "has not answered yet");
    private readonly TreeAppender _appender = TreeAppender.Restore(store);

    /// <summary>Follows until cancelled.</summary>
    /// <exception cref="StoreException">Storage failed; the process must stop.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(2));
        while (!cancellationToken.IsCancellationRequested)
        {
            TimeSpan pause;
            try
            {
                pause = await FetchAsync(cancellationToken);
                backoff.Reset();
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is LogClientException or HttpRequestException or FormatException
                                              or OperationCanceledException)
            {
                var reason = error is OperationCanceledException
                    ? $"no answer within {(wait + HoldSlack).TotalSeconds:0} s"
                    : error.Message;
                _condition.NotMet($"cannot be followed: {reason}");
                pause = backoff.Next();
            }

            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, _time, cancellationToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }
        }
    }

    /// <returns>How long to pause before the next question.</returns>
    private async Task<TimeSpan> FetchAsync(CancellationToken cancellationToken)
    {
        if (store.Identity.TreeState == TreeState.Frozen)
        {
            _condition.NotMet("is not followed: this secondary's tree is frozen");
            return pollInterval;
        }

        if (IsDamaged())
            return pollInterval;
        using var limit = new CancellationTokenSource(wait + HoldSlack, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var start = store.TreeHead.Size;
        var batch = await feed.GetLeavesAsync(start, start + (ulong)batchSize, wait, either.Token);
        if (IsDamaged())
            return pollInterval;
        if (batch.Leaves.Count == 0)
        {
            _condition.Met();
            return batch.WaitSupported ? TimeSpan.Zero : pollInterval;
        }

        var leaves = batch.Leaves.ToImmutableArray();
        var hashes = ImmutableArray.CreateBuilder<Hash>(leaves.Length);
        foreach (var leaf in leaves)
            hashes.Add(leaf.LeafHash());
        var prepared = _appender.Prepare(leaves, hashes.MoveToImmutable(), []);
        if (batch.PrimaryTree is { } theirs && theirs != prepared.NewHead)
        {
            _condition.NotMet($"has root {theirs.RootHash} for size {theirs.Size}, this secondary would have "
                + $"{prepared.NewHead.RootHash} for size {prepared.NewHead.Size}: not the same tree. "
                + "Nothing is stored; compare the two nodes with `sigsum-log verify`");
            return pollInterval;
        }

        var started = _time.GetTimestamp();
        store.Commit(prepared);
        _appender.Accept(prepared);
        services.Metrics.Pipeline.OnBatchStored(leaves.Length, _time.GetElapsedTime(started));
        services.Metrics.Trees.SetSize(TreeStage.Local, prepared.NewHead.Size);
        localSize.Advance(prepared.NewHead.Size);
        _condition.Met();
        return TimeSpan.Zero;
    }

    /// <summary>Nothing is added to a tree that is damaged: it would look as if it were worth something.</summary>
    private bool IsDamaged()
    {
        if (damage.Found is null)
            return false;
        _condition.NotMet("is not followed: this secondary's store is damaged");
        return true;
    }
}
