using System.Collections.Immutable;
using Sigsum.Log.Publication;
using Sigsum.Log.Scrubbing;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Failover;

/// <summary>What a store says of its node: all there is for a stopped one, and where the status of a running one begins.</summary>
internal static class StatusOfStore
{
    /// <summary>Reads the store, and the sth file of a primary.</summary>
    /// <param name="store">The node's store.</param>
    /// <param name="sthFile">Null for a secondary.</param>
    /// <param name="now">What heads and cosignatures have their age by.</param>
    /// <param name="damage">What a node that runs knows to be damaged.</param>
    public static NodeStatus Read(ILogStore store, SthFile? sthFile, DateTimeOffset now, string? damage = null)
    {
        var identity = store.Identity;
        var latest = Succession.Load(store);
        var roster = RosterRecord.Load(store);
        var published = Publisher.LoadPublished(store, null);
        var signed = sthFile is { Exists: true } ? sthFile.Load(null).TreeHead.Size : (ulong?)null;
        var reasons = identity.Role == NodeRole.Primary
            ? OfPrimary(identity, latest)
            : OfSecondary(identity, latest, roster, published);
        if ((damage ?? DamageMark.Load(store)?.Text) is { } problem)
            reasons = reasons.Insert(0, $"its store is damaged: {problem}");
        return new NodeStatus
        {
            Running = false,
            Role = StoreFormat.RoleName(identity.Role),
            NodeId = identity.NodeId,
            LogKeyHash = identity.LogKeyHash?.ToString(),
            Epoch = latest?.Epoch ?? 0,
            PromotedNode = latest?.NodeId,
            PromotedUrl = latest?.NodeUrl,
            TreeType = StoreFormat.TreeTypeName(identity.TreeType),
            TreeState = StoreFormat.TreeStateName(identity.TreeState),
            Size = store.TreeHead.Size,
            Root = store.TreeHead.RootHash.ToString(),
            SignedSize = identity.Role == NodeRole.Primary ? signed : null,
            PublishedSize = published?.SignedTreeHead.TreeHead.Size,
            HeadAgeSeconds = AgeOf(published, now),
            Roster = roster is null ? null : $"{roster.Epoch}.{roster.Number}",
            Quorum = roster?.Quorum,
            Secondaries =
            [
                .. (roster?.Secondaries ?? []).Where(entry => entry.NodeId != identity.NodeId)
                    .Select(entry => new SecondaryStatus(entry.NodeId, entry.Url, null)),
            ],
            Witnesses =
            [
                .. (published?.Cosignatures ?? []).Select(cosignature => new WitnessStatus(
                    cosignature.KeyHash.ToString(), published!.SignedTreeHead.TreeHead.Size, Age(cosignature.Timestamp, now))),
            ],
            ReadyForFailover = reasons.IsEmpty,
            NotReadyBecause = reasons,
        };
    }

    /// <summary>Seconds since a witness's clock, never negative.</summary>
    public static long Age(ulong timestamp, DateTimeOffset now) =>
        Math.Max(0, now.ToUnixTimeSeconds() - (long)Math.Min(timestamp, long.MaxValue));

    /// <summary>What a secondary lacks to take over.</summary>
    public static ImmutableArray<string> OfSecondary(
        StoreIdentity identity, PromotionRecord? latest, Roster? roster, CosignedTreeHead? known)
    {
        var reasons = ImmutableArray.CreateBuilder<string>();
        if (identity.LogKeyHash is null)
            reasons.Add("it does not know the log's key (--log-key-file)");
        if (latest?.NodeId == identity.NodeId)
            reasons.Add("its promotion was begun and not completed: run `sigsum-log promote` again");
        if (roster is null)
            reasons.Add("its primary has not told it the roster");
        else if (roster.Secondaries.All(entry => entry.NodeId != identity.NodeId))
            reasons.Add("its primary has taken it out of the roster");
        if (known is null)
            reasons.Add("it knows no published tree head");
        if (identity.TreeState == TreeState.Frozen)
            reasons.Add("its tree is frozen");
        return reasons.DrainToImmutable();
    }

    private static ImmutableArray<string> OfPrimary(StoreIdentity identity, PromotionRecord? latest) =>
        SuccessionRules.MayBePrimary(latest, identity.NodeId)
            ? ["it does not run: what its secondaries hold is not known"]
            : [$"node {latest!.NodeId:N} was promoted in epoch {latest.Epoch}: run `sigsum-log rejoin`"];

    private static long? AgeOf(CosignedTreeHead? head, DateTimeOffset now) =>
        head is { Cosignatures.IsEmpty: false } ? Age(head.Cosignatures.Max(c => c.Timestamp), now) : null;
}
