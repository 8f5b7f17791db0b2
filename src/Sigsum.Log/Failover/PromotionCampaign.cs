using System.Collections.Immutable;
using Sigsum.Crypto;
using Sigsum.Log.Hosting;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Failover;

/// <summary>
/// Signs the promotion record, and brings it to so many nodes that it counts. Where another node was promoted in the same
/// epoch, neither may find enough: then it begins the next epoch, which every node takes for the later one.
/// </summary>
internal sealed class PromotionCampaign(
    PromotionOptions options, ILogStore store, ISigner key, Succession succession, PromotionContacts nodes,
    PromotionChecks checks, FailoverSteps steps, NodeServices services)
{
    /// <summary>Two operators who promote against each other are to talk to each other.</summary>
    private const int MostEpochs = 3;

    /// <summary>The latest roster that anybody of the ones before it knows: a promotion that went by an earlier one could
    /// miss the nodes that hold the latest leaves.</summary>
    public async Task<PromotionPeers> FindPeersAsync(Roster? roster, CancellationToken cancellationToken)
    {
        while (true)
        {
            var peers = new PromotionPeers(roster, store.Identity.NodeId, options);
            if (await nodes.LaterRosterAsync(peers.Others, roster, key.PublicKey, cancellationToken) is not { } later)
                return peers;
            checks.CheckRoster(later);
            roster = later;
        }
    }

    /// <summary>Signs, fences and fetches.</summary>
    /// <param name="peers">Whom the latest roster names.</param>
    /// <param name="resumed">The record of an earlier run; null for a new promotion.</param>
    /// <param name="primaryUrl">Where the primary before is.</param>
    /// <param name="primaryAnswers">Whether it is there.</param>
    /// <param name="signed">Size of the largest head in the tree here that the log is known to have signed.</param>
    /// <param name="cancellationToken">Ends it; run again, it goes on.</param>
    /// <exception cref="FailoverException">Too few nodes can be brought to it.</exception>
    public async Task<PromotionResult> RunAsync(
        PromotionPeers peers, PromotionRecord? resumed, Uri? primaryUrl, bool primaryAnswers, ulong signed,
        CancellationToken cancellationToken)
    {
        var record = resumed ?? await BeginAsync(peers, cancellationToken);
        for (var epochs = 1; ; epochs++)
        {
            try
            {
                if (succession.Learn(record) is not (SuccessionVerdict.Later or SuccessionVerdict.Same))
                    throw new FailoverException($"another node was promoted at the same time as this one: {succession.Latest}");
                steps.Add("promotion record", $"epoch {record.Epoch}, stored here");
                return await FenceAsync(peers, record, primaryUrl, primaryAnswers, signed, cancellationToken);
            }
            catch (FailoverException) when (succession.Rival is not null && epochs < MostEpochs)
            {
                await CheckRivalAsync(succession.Rival, cancellationToken);
                record = await BeginAsync(peers, cancellationToken);
            }
        }
    }

    /// <summary>Ends the rivalry with another node that was promoted in the same epoch, for a node that is primary already.</summary>
    public async Task<PromotionRecord> BeginAgainAsync(PromotionRecord rival, CancellationToken cancellationToken)
    {
        await CheckRivalAsync(rival, cancellationToken);
        var peers = new PromotionPeers(RosterRecord.Load(store), store.Identity.NodeId, options);
        var record = await SignAsync(peers, cancellationToken);
        Uri?[] unheard = [rival.NodeUrl, .. peers.Others.Select(other => other.Url)];
        store.CommitRecords([Herald.ToStore(unheard.OfType<Uri>().Distinct())]);
        succession.Learn(record);
        steps.Add("promotion record", $"epoch {record.Epoch}, stored here; the other nodes hear of it when this one runs");
        return record;
    }

    private async Task<PromotionResult> FenceAsync(
        PromotionPeers peers, PromotionRecord record, Uri? primaryUrl, bool primaryAnswers, ulong signed,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            var unheard = await new PromotionFence(nodes, peers, store, signed, steps)
                .RunAsync(record, primaryUrl, primaryAnswers, cancellationToken);
            // What they know of rosters does not change any more. If one knows a later one, it is that one's nodes that count.
            var latest = await FindPeersAsync(peers.Roster, cancellationToken);
            if (ReferenceEquals(latest.Roster, peers.Roster))
                return new PromotionResult(record, peers, unheard);
            peers = latest;
        }
    }

    private async Task<PromotionRecord> BeginAsync(PromotionPeers peers, CancellationToken cancellationToken)
    {
        var record = await SignAsync(peers, cancellationToken);
        store.CommitRecords([Takeover.Begun(record)]);
        return record;
    }

    private ValueTask<PromotionRecord> SignAsync(PromotionPeers peers, CancellationToken cancellationToken) =>
        PromotionRecord.SignAsync(
            (succession.Latest?.Epoch ?? 0) + 1, store.Identity.NodeId, options.NodeUrl ?? peers.OwnUrl, store.TreeHead,
            services.Time.GetUtcNow(), key, cancellationToken);

    private async Task CheckRivalAsync(PromotionRecord rival, CancellationToken cancellationToken)
    {
        var name = $"node {rival.NodeId:N} at {rival.NodeUrl?.ToString() ?? "an unknown address"}";
        if (!options.FencePrimary && rival.NodeUrl is { } url && await nodes.IsPrimaryAsync(url, cancellationToken))
        {
            throw new FailoverException($"{name} was promoted in epoch {rival.Epoch} too, and runs as primary. Let it be the primary, "
                + "and run `sigsum-log rejoin` here; or write --fence-primary, and this node takes its place");
        }

        steps.Add("rival", $"{name} was promoted in epoch {rival.Epoch} too: the next epoch decides");
    }
}

/// <summary>What a promotion has come to when enough nodes know of it.</summary>
/// <param name="Record">The record that counts.</param>
/// <param name="Peers">The other secondaries, by the latest roster.</param>
/// <param name="Unheard">Where it has still to be told.</param>
internal sealed record PromotionResult(PromotionRecord Record, PromotionPeers Peers, ImmutableArray<Uri> Unheard);
