using Sigsum.Crypto;
using Sigsum.Messages;

namespace Sigsum.Log.Failover;

/// <summary>Who is the log's primary, decided from promotion records alone: pure functions.</summary>
internal static class SuccessionRules
{
    /// <summary>What a node that knows <paramref name="known"/> makes of <paramref name="offered"/>.</summary>
    /// <param name="known">The latest record that it has stored, or null before the first promotion.</param>
    /// <param name="offered">A record, from whomever.</param>
    /// <param name="logKeyHash">The log that the node belongs to; null where it has not been told yet.</param>
    public static SuccessionVerdict Judge(PromotionRecord? known, PromotionRecord offered, Hash? logKeyHash)
    {
        if (logKeyHash is not { } log || offered.LogKey.KeyHash() != log || !offered.Verify())
            return SuccessionVerdict.NotThisLog;
        if (known is null || offered.Epoch > known.Epoch)
            return SuccessionVerdict.Later;
        if (offered.Epoch < known.Epoch)
            return SuccessionVerdict.Earlier;
        return offered.Id() == known.Id() ? SuccessionVerdict.Same : SuccessionVerdict.Conflict;
    }

    /// <summary>Whether the other side of a contact should be sent our record: it knows an earlier one or another one.</summary>
    public static bool Lacks(NodeGreeting other, PromotionRecord? ours) =>
        ours is not null && (other.Epoch < ours.Epoch || (other.Epoch == ours.Epoch && other.RecordId != ours.Id()));

    /// <summary>Whether a node may be its log's primary as far as records go: there was no promotion, or the last one named it.</summary>
    public static bool MayBePrimary(PromotionRecord? latest, Guid nodeId) => latest is null || latest.NodeId == nodeId;
}
