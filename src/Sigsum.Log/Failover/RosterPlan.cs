using System.Collections.Immutable;
using Sigsum.Log.Hosting;
using Sigsum.Messages;

namespace Sigsum.Log.Failover;

/// <summary>
/// What the roster should say, and who would be left behind by it: pure functions over the configuration, the roster in
/// force, and which node has answered where.
/// </summary>
internal static class RosterPlan
{
    /// <summary>
    /// The secondaries of the configuration that have answered, or that the roster in force lists, with the node ids that are
    /// known. One that never answered has acknowledged nothing, so nobody has to wait for it at a promotion.
    /// </summary>
    /// <param name="peers">As configured.</param>
    /// <param name="heard">For each: the node that answered last; null where nobody has yet.</param>
    /// <param name="current">The roster in force, or null.</param>
    public static ImmutableArray<RosterEntry> Entries(
        ImmutableArray<SecondaryPeer> peers, IReadOnlyList<HeardNode?> heard, Roster? current) =>
    [
        .. peers.Select((peer, i) => heard[i] is { } node
                ? new RosterEntry(node.NodeId, peer.PublicKey, peer.Url)
                : current?.Secondaries.FirstOrDefault(entry => entry.PublicKey == peer.PublicKey && entry.Url == peer.Url))
            .OfType<RosterEntry>(),
    ];

    /// <summary>
    /// The nodes of the roster in force that a new one would not list. Each may hold leaves that nobody else has, or may have
    /// been promoted, until it has said otherwise or the operator has declared it lost.
    /// </summary>
    /// <param name="current">The roster in force, or null.</param>
    /// <param name="next">The secondaries of the new one.</param>
    /// <param name="lost">Nodes that the operator has declared lost.</param>
    /// <param name="primary">This node, which may have been a secondary before.</param>
    public static IReadOnlyList<RosterEntry> LeftBehind(
        Roster? current, ImmutableArray<RosterEntry> next, IReadOnlySet<Guid> lost, Guid primary) =>
    [
        .. (current?.Secondaries ?? []).Where(entry =>
            entry.NodeId is { } id && id != primary && !lost.Contains(id) && next.All(other => other.NodeId != id)),
    ];

    /// <summary>The nodes of the roster in force that a new one lists too, and that can be told of it.</summary>
    /// <inheritdoc cref="LeftBehind"/>
    public static IReadOnlyList<RosterEntry> Staying(
        Roster? current, ImmutableArray<RosterEntry> next, IReadOnlySet<Guid> lost, Guid primary) =>
    [
        .. (current?.Secondaries ?? []).Where(entry =>
            entry.NodeId is { } id && id != primary && !lost.Contains(id) && next.Any(other => other.NodeId == id)),
    ];

    /// <summary>Whether nodes that know of no later roster are too few to promote one of themselves by this one.</summary>
    public static bool CannotPromote(Roster? current, int unaware) => unaware < PromotionRules.Needed(current);
}

/// <summary>The node that answered at a secondary's URL; without id where it is one of log-go.</summary>
internal sealed record HeardNode(Guid? NodeId);
