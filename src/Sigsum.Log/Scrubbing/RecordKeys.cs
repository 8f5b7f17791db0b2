using System.Collections.Immutable;
using Sigsum.Log.Admission;
using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Log.Publication;

namespace Sigsum.Log.Scrubbing;

/// <summary>Every kind of record that this program keeps in a store. A test holds the list to the parts that write them,
/// and changes each of them, bit by bit.</summary>
internal static class RecordKeys
{
    /// <summary>Keys, and prefixes of keys, which end in a slash.</summary>
    public static ImmutableArray<string> All { get; } =
    [
        Publisher.RecordKey, RateLimitRecord.Prefix, Succession.RecordKey, Succession.RivalKey, RosterRecord.RecordKey,
        LostNodesRecord.RecordKey, Herald.RecordKey, TreeRecovery.RecordKey, TreeRecovery.FetchedKey, TreeRecovery.InheritedKey,
        Takeover.BegunKey, PrimaryStartup.EarlierKey, PromotionFreshness.RecordKey, DamageMark.RecordKey,
    ];

    /// <summary>Whether a record is of one of these kinds.</summary>
    public static bool IsKnown(string key) =>
        All.Any(kind => kind[^1] == '/' ? key.StartsWith(kind, StringComparison.Ordinal) : key == kind);
}
