using Sigsum.Client;
using Sigsum.Log.Failover;
using Sigsum.Messages;
using static Sigsum.Fuzz.FuzzTarget;

namespace Sigsum.Fuzz.Targets;

/// <summary>What the nodes of one log tell each other.</summary>
internal static class NodeMessageTargets
{
    public static IEnumerable<FuzzTarget> All =>
    [
        Of("promotion-record", PromotionRecord.Parse, (input, value) =>
        {
            MessageTargets.HaveOneSpelling(input, value, v => v.ToBytes(), PromotionRecord.Parse);
            value.Verify();
        }),
        Of("roster", Roster.Parse, (input, value) =>
        {
            MessageTargets.HaveOneSpelling(input, value, v => v.ToBytes(), Roster.Parse);
            value.Verify();
        }),
        Of("node-greeting", input => NodeGreeting.Parse(Text.Header(input)), (input, value) =>
            Must.Hold(
                Text.Header(input).Equals(value.ToString(), StringComparison.OrdinalIgnoreCase), "it is written as it was read")),
        Of("node-tree", input => NodeTree.Parse(Text.Header(input)), (input, value) =>
            Must.Hold(
                Text.Header(input).Equals(NodeTree.Format(value), StringComparison.OrdinalIgnoreCase),
                "it is written as it was read")),
        Try<PromotionRecord>("promotion-header", input => NodeClient.TryReadPromotion(Text.Header(input)), (_, value) =>
            Must.BeReadAgain(value, v => v.ToBytes(), PromotionRecord.Parse)),
        Of("node-status", NodeStatus.Parse, (_, value) =>
            Must.BeWrittenTheSameAgain(value, v => v.ToJson(), NodeStatus.Parse)),
    ];
}
