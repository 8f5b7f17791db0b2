using System.Collections.Immutable;
using Sigsum.Crypto;

namespace Sigsum.Policy;

/// <summary>
/// Witnesses and groups in the order of their definition: members come before their groups, so one pass from first to
/// last decides all of them, however deep they are nested.
/// </summary>
/// <param name="Nodes">
/// All definitions up to the one that is the quorum, which is the last; empty for <c>none</c>.
/// </param>
internal sealed record Quorum(ImmutableArray<QuorumNode> Nodes)
{
    public bool IsNone => Nodes.IsEmpty;

    public bool IsSatisfiedBy(IReadOnlySet<Hash> witnessKeyHashes)
    {
        if (IsNone)
            return true;
        bool[] satisfied = new bool[Nodes.Length];
        for (int i = 0; i < Nodes.Length; i++)
        {
            QuorumNode node = Nodes[i];
            satisfied[i] = node.Witness is { } witness
                ? witnessKeyHashes.Contains(witness)
                : node.Members.Count(member => satisfied[member]) >= node.Threshold;
        }

        return satisfied[^1];
    }
}

/// <summary>A witness (its key hash), or a group (how many of which earlier nodes).</summary>
internal readonly record struct QuorumNode(Hash? Witness, int Threshold, ImmutableArray<int> Members);
