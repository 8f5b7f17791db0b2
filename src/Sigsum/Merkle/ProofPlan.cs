using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;
using Sigsum.Crypto;

namespace Sigsum.Merkle;

/// <summary>
/// The nodes that a proof is made of, listed first and then read in one go. One hash of a proof can be that of the right
/// edge of the tree, which is folded from several nodes.
/// </summary>
internal ref struct ProofPlan
{
    /// <summary>Room for every proof: one sibling for each level, and the right edge.</summary>
    public const int MaxNodes = 2 * TreeMath.MaxLevels;

    private readonly Span<NodeId> _ids;
    private int _count;
    private int _edgeStart;
    private int _edgeCount;

    /// <param name="buffer">Memory for <see cref="MaxNodes"/> nodes.</param>
    public ProofPlan(Span<NodeId> buffer) => _ids = buffer;

    /// <summary>Adds a perfect subtree.</summary>
    public void Add(NodeId id) => _ids[_count++] = id;

    /// <summary>Adds the root over the leaves <c>[begin, end)</c>, a subtree at the right edge of a tree of size end; only once.</summary>
    public void AddEdge(ulong begin, ulong end)
    {
        _edgeStart = _count;
        for (ulong rest = end - begin; rest != 0; rest &= rest - 1)
            Add(TreeMath.LastPerfect(BitOperations.TrailingZeroCount(rest), begin, end));
        _edgeCount = _count - _edgeStart;
    }

    /// <summary>Reads the nodes; the hashes of the proof in the order in which they were added.</summary>
    public readonly ImmutableArray<Hash> Read(INodeReader nodes)
    {
        if (_count == 0)
            return [];
        Span<Hash> hashes = stackalloc Hash[MaxNodes];
        nodes.ReadNodes(_ids[.._count], hashes[.._count]);
        int folded = Math.Max(0, _edgeCount - 1);
        var path = new Hash[_count - folded];
        int next = 0;
        for (int i = 0; i < _count; i++)
        {
            // The smallest subtree is the rightmost: the others come before it, one after the other.
            if (i > _edgeStart && i < _edgeStart + _edgeCount)
                path[next - 1] = Rfc6962.HashNode(hashes[i], path[next - 1]);
            else
                path[next++] = hashes[i];
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(path);
    }
}
