using System.Collections.Immutable;
using Sigsum.Messages;

namespace Sigsum.Log.Failover;

/// <summary>The secondaries of a log beside the one that is promoted, by its roster and by what the operator says of them.</summary>
/// <param name="roster">The roster that the node has; null where it never got one: then there are no others.</param>
/// <param name="self">The node that is promoted.</param>
/// <param name="options">Which nodes are gone for good.</param>
internal sealed class PromotionPeers(Roster? roster, Guid self, PromotionOptions options)
{
    /// <summary>The roster that the node has.</summary>
    public Roster? Roster => roster;

    /// <summary>The others, reachable or not.</summary>
    public ImmutableArray<RosterEntry> Others { get; } =
        [.. roster?.Secondaries.Where(entry => entry.NodeId != self) ?? []];

    /// <summary>Where the roster says that the promoted node itself is.</summary>
    public Uri? OwnUrl => roster?.Secondaries.FirstOrDefault(entry => entry.NodeId == self)?.Url;

    /// <summary>How many secondaries there are, the promoted one included.</summary>
    public int Count => roster?.Secondaries.Length ?? 1;

    /// <summary>How many of them must know of the promotion.</summary>
    public int Needed => PromotionRules.Needed(roster);

    /// <summary>Whether the operator has declared it gone for good.</summary>
    public bool IsLost(RosterEntry entry) =>
        (entry.NodeId is { } id && options.LostNodes.Contains(id)) || options.LostUrls.Contains(entry.Url);

    /// <summary>A node as people are told of it.</summary>
    public static string Name(RosterEntry entry) => $"{entry.NodeId?.ToString("N") ?? "(no id)"} at {entry.Url}";

    /// <summary>Several nodes.</summary>
    public static string Names(IEnumerable<RosterEntry> entries) => string.Join(", ", entries.Select(Name));
}
