using Sigsum.Log.Pipeline;
using Sigsum.Messages;

namespace Sigsum.Log.Replication;

/// <summary>
/// The largest tree that every required secondary holds durably with the primary's own root: what may be signed.
/// Made only by <see cref="ReplicationGate"/>.
/// </summary>
internal sealed class ReplicatedTreeHead
{
    private ReplicatedTreeHead(TreeHead treeHead) => TreeHead = treeHead;

    /// <summary>Size, and the primary's root for that size.</summary>
    public TreeHead TreeHead { get; }

    /// <summary>The K-th largest of the acknowledged trees, each of which equals a prefix of the primary's own.</summary>
    /// <param name="acknowledged">One entry per secondary, compared with the primary's roots; null for none yet.</param>
    /// <param name="required">How many secondaries must hold a tree before it is signed; at least one.</param>
    /// <returns>Null as long as fewer than <paramref name="required"/> secondaries have acknowledged anything.</returns>
    public static ReplicatedTreeHead? FromAcknowledgements(IReadOnlyList<TreeHead?> acknowledged, int required)
    {
        Invariant.Check(
            required >= 1 && required <= acknowledged.Count, "the number of required secondaries is out of range");
        var held = acknowledged.OfType<TreeHead>().OrderByDescending(head => head.Size).ToArray();
        return held.Length < required ? null : new ReplicatedTreeHead(held[required - 1]);
    }

    /// <summary>The local tree itself, for a log whose operator runs it without a secondary, in so many words.</summary>
    public static ReplicatedTreeHead WithoutSecondary(TreeHead local) => new(local);
}
