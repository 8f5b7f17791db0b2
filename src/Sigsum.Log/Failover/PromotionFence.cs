using System.Collections.Immutable;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Failover;

/// <summary>
/// Puts the promotion record between the log and its primary before: whoever has stored it acknowledges to nobody but the
/// promoted node, so that what the others hold does not grow any more, and can be fetched.
/// </summary>
/// <param name="nodes">How they are reached.</param>
/// <param name="peers">Who they are.</param>
/// <param name="store">The tree of the promoted node.</param>
/// <param name="signed">Size of the largest head in it that the log is known to have signed.</param>
/// <param name="steps">What was found.</param>
internal sealed class PromotionFence(
    PromotionContacts nodes, PromotionPeers peers, ILogStore store, ulong signed, FailoverSteps steps)
{
    /// <summary>Tells the primary before and the other secondaries, and fetches what they hold.</summary>
    /// <returns>Where it has still to be told.</returns>
    /// <exception cref="FailoverException">Too few know of the promotion, or what they hold cannot be fetched.</exception>
    public async Task<ImmutableArray<Uri>> RunAsync(
        PromotionRecord record, Uri? primaryUrl, bool primaryAnswers, CancellationToken cancellationToken)
    {
        var unheard = ImmutableArray.CreateBuilder<Uri>();
        if (primaryUrl is not null && !await nodes.FenceAsync(primaryUrl, null, record, cancellationToken))
        {
            if (primaryAnswers)
            {
                throw new FailoverException($"the primary at {primaryUrl} answers and does not take the promotion record (log-go "
                    + "cannot): stop it, and run this again");
            }

            unheard.Add(primaryUrl);
        }

        var fenced = new List<RosterEntry>();
        foreach (var other in peers.Others)
        {
            var heard = await nodes.FenceAsync(other.Url, other.NodeId, record, cancellationToken);
            steps.Add(
                "secondary",
                $"{PromotionPeers.Name(other)} {(heard ? "acknowledges only to this node now" : "does not answer")}");
            if (heard)
                fenced.Add(other);
            else
                unheard.Add(other.Url);
        }

        RequireEnough(fenced);
        foreach (var other in fenced)
            await FetchAsync(other, cancellationToken);
        return unheard.DrainToImmutable();
    }

    private void RequireEnough(List<RosterEntry> fenced)
    {
        var missing = peers.Others.Except(fenced).Where(other => !peers.IsLost(other)).ToImmutableArray();
        if (fenced.Count + 1 < peers.Needed && !missing.IsEmpty)
        {
            throw new FailoverException($"{fenced.Count + 1} of {peers.Count} secondaries know of the promotion, "
                + $"{peers.Needed} must: leaves that got 200 may be on the others only, or one of them may be promoted too. Bring "
                + "them back and run this again; or, if they are gone for good, write --lost-node for each: "
                + PromotionPeers.Names(missing));
        }
    }

    private async Task FetchAsync(RosterEntry other, CancellationToken cancellationToken)
    {
        var before = store.TreeHead.Size;
        if (!await nodes.FetchAsync(other, store, signed, cancellationToken))
            steps.Add("left out", $"{PromotionPeers.Name(other)} holds leaves that are not the log's: rejoin it when this node runs");
        if (store.TreeHead.Size > before)
        {
            steps.Add("fetched", $"{store.TreeHead.Size - before} leaves from {PromotionPeers.Name(other)}; "
                + $"size {store.TreeHead.Size} now");
        }
    }
}
