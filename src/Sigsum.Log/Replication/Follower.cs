using Sigsum.Client;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Log.Pipeline;
using Sigsum.Log.Scrubbing;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Replication;

/// <summary>
/// The one writer of a secondary's tree: asks the primary for the leaves that it lacks, checks them, stores them,
/// and asks for the next. The primary holds the request until there are leaves, so nothing waits for a clock; a
/// log-go primary answers "end of tree" at once and is polled.
/// </summary>
/// <remarks>
/// Leaves are compared with the primary's root for the size that they lead to, and with heads signed by the log, before
/// they are stored. A difference means that the two trees are not the same log: nothing is stored and nothing is
/// acknowledged until an operator has looked. A primary that is behind (restored from an older copy) is waited for; one of
/// an earlier epoch is told of the later one and not followed.
/// </remarks>
internal sealed class Follower(
    PrimaryAddresses addresses,
    Func<Uri, NodeClient> connect,
    ILogStore store,
    Succession succession,
    KnownHead known,
    SecondaryRole role,
    Watermark localSize,
    StoreDamage damage,
    TimeSpan wait,
    TimeSpan pollInterval,
    NodeServices services)
{
    private static readonly TimeSpan HoldSlack = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _time = services.Time;
    private readonly HealthCondition _condition = services.Health.Register("primary", reason: "has not answered yet");
    private readonly LeafCopier _copier = new(store);
    private readonly Lock _writing = new();

    /// <summary>Follows until cancelled.</summary>
    /// <exception cref="StoreException">Storage failed; the process must stop.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // The first leaf after a failover waits for this.
        var backoff = new Backoff(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(500));
        while (!cancellationToken.IsCancellationRequested)
        {
            TimeSpan pause;
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            try
            {
                // A later epoch ends a request that is being held: there is another primary to follow. Which epoch it is must be
                // known before the address is: one that begins between the two would be waited past.
                var epoch = succession.Epoch.Value;
                var fetching = FetchAsync(ended.Token);
                var superseded = succession.Epoch.WaitAboveAsync(epoch, ended.Token);
                if (await Task.WhenAny(fetching, superseded) == superseded)
                    await ended.CancelAsync();
                pause = await fetching;
                backoff.Reset();
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (ended.IsCancellationRequested
                && error is OperationCanceledException or LogClientException)
            {
                continue;
            }
            catch (Exception error) when (error is LogClientException or HttpRequestException or FormatException
                                              or OperationCanceledException)
            {
                var reason = error is OperationCanceledException
                    ? $"no answer within {(wait + HoldSlack).TotalSeconds:0} s"
                    : error.Message;
                _condition.NotMet($"cannot be followed: {reason}");
                addresses.TryNext();
                pause = backoff.Next();
            }

            await ended.CancelAsync();
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
            return Pause("is not followed: this secondary's tree is frozen");
        if (role.RevokedBecause is { } reason)
            return Pause($"is not followed: {reason}");
        if (addresses.Current() is not { } primary)
            return Pause("is not known: neither a promotion record nor --primary-url names it");

        if (IsDamaged())
            return pollInterval;
        using var limit = new CancellationTokenSource(wait + HoldSlack, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var start = store.TreeHead.Size;
        // A signed head on the way is a size to stop at, and to compare with.
        var end = Math.Min(start + LeafCopier.BatchSize, known.Expected?.Size ?? ulong.MaxValue);
        var batch = await primary.Feed.GetLeavesAsync(start, end, wait, either.Token);
        if (!await IsPrimaryAsync(primary.Url, batch.Node, either.Token))
            return Pause($"{primary.Url.Authority} is of an earlier epoch and is not followed");
        if (IsDamaged())
            return pollInterval;
        if (batch.Leaves.Count == 0)
        {
            _condition.Met();
            return batch.WaitSupported ? TimeSpan.Zero : pollInterval;
        }

        var prepared = _copier.Prepare(batch);
        if (batch.PrimaryTree is { } theirs && theirs != prepared.NewHead)
        {
            return Pause($"has root {theirs.RootHash} for size {theirs.Size}, this secondary would have "
                + $"{prepared.NewHead.RootHash} for size {prepared.NewHead.Size}: not the same tree. "
                + "Nothing is stored; compare the two nodes with `sigsum-log verify`, and `sigsum-log rejoin` this one");
        }

        if (!known.Accepts(prepared.NewHead))
            return Pause($"is not followed: {role.RevokedBecause}");
        lock (_writing)
            return Store(prepared) ? TimeSpan.Zero : pollInterval;
    }

    /// <summary>Does something between two batches: while it runs, nothing is written to the tree.</summary>
    public void Between(Action action)
    {
        lock (_writing)
            action();
    }

    /// <returns>False where the tree was frozen while the leaves were on their way.</returns>
    private bool Store(StoreBatch prepared)
    {
        if (store.Identity.TreeState == TreeState.Frozen)
            return false;
        var started = _time.GetTimestamp();
        _copier.Store(prepared);
        services.Metrics.Pipeline.OnBatchStored(prepared.Leaves.Length, _time.GetElapsedTime(started));
        services.Metrics.Trees.SetSize(TreeStage.Local, prepared.NewHead.Size);
        localSize.Advance(prepared.NewHead.Size);
        _condition.Met();
        return true;
    }

    /// <summary>Whether the node that answers is of our epoch, or a later one of which its answer has told.</summary>
    private async Task<bool> IsPrimaryAsync(Uri url, NodeGreeting? greeting, CancellationToken cancellationToken)
    {
        if (succession.Latest is not { } latest)
            return true;
        if (greeting is { } theirs && (!SuccessionRules.Lacks(theirs, latest)
            || await Herald.TellAsync(connect(url), theirs, succession, cancellationToken)))
        {
            // Only the node that was named goes on with the log. This one, if it is that, has still to fetch what it lacks.
            if (theirs.NodeId == latest.NodeId || latest.NodeId == succession.NodeId)
                return true;
        }

        addresses.TryNext();
        return false;
    }

    private TimeSpan Pause(string reason)
    {
        _condition.NotMet(reason);
        return pollInterval;
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
