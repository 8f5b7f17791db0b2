using System.Numerics;
using Sigsum.Crypto;
using Sigsum.Messages;

namespace Sigsum.Merkle;

/// <summary>
/// Computes roots and proofs for any size up to that of the stored tree. Reads only perfect subtrees, O(log n) of
/// them; the nodes at the right edge of a tree, which change as it grows, are put together from these.
/// </summary>
public static class ProofBuilder
{
    /// <summary>Root of the tree over the first <paramref name="size"/> leaves (RFC 6962 section 2.1).</summary>
    /// <param name="size">Number of leaves, at most 2^63-1; 0 reads nothing.</param>
    /// <param name="nodes">Holds at least that many leaves.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is above 2^63-1.</exception>
    public static Hash Root(ulong size, INodeReader nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, TreeMath.MaxSize);
        if (size == 0)
        {
            return Rfc6962.EmptyRoot;
        }

        var plan = new ProofPlan(stackalloc NodeId[ProofPlan.MaxNodes]);
        plan.AddEdge(0, size);
        return plan.Read(nodes)[0];
    }

    /// <summary>Shows that a leaf is in the tree of a given size (RFC 6962 section 2.1.1).</summary>
    /// <param name="index">Index of the leaf, below <paramref name="size"/>.</param>
    /// <param name="size">Number of leaves of the tree, at most 2^63-1.</param>
    /// <param name="nodes">Holds at least <paramref name="size"/> leaves.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such leaf, or no such size.</exception>
    public static InclusionProof Inclusion(ulong index, ulong size, INodeReader nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, TreeMath.MaxSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var plan = new ProofPlan(stackalloc NodeId[ProofPlan.MaxNodes]);
        AddPath(ref plan, index, 0, size);
        return new InclusionProof(index, plan.Read(nodes));
    }

    /// <summary>Shows that the tree of one size is a prefix of that of another (RFC 6962 section 2.1.2).</summary>
    /// <param name="old">Size of the smaller tree; for 0 the proof is empty.</param>
    /// <param name="new">Size of the larger tree, at most 2^63-1; for equal sizes the proof is empty.</param>
    /// <param name="nodes">Holds at least <paramref name="new"/> leaves.</param>
    /// <exception cref="ArgumentOutOfRangeException">The old size is above the new one, or that above 2^63-1.</exception>
    public static ConsistencyProof Consistency(ulong old, ulong @new, INodeReader nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(@new, TreeMath.MaxSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(old, @new);
        if (old == 0 || old == @new)
        {
            return new ConsistencyProof([]);
        }

        // The proof is the path, in the new tree, of the last perfect subtree of the old one. That subtree itself comes
        // first, unless it is the whole old tree, whose root the verifier has.
        int level = BitOperations.TrailingZeroCount(old);
        var plan = new ProofPlan(stackalloc NodeId[ProofPlan.MaxNodes]);
        if (!BitOperations.IsPow2(old))
        {
            plan.Add(TreeMath.LastPerfect(level, 0, old));
        }

        AddPath(ref plan, old - 1, level, @new);
        return new ConsistencyProof(plan.Read(nodes));
    }

    /// <summary>Adds the siblings of the path from the leaf to the root, starting at a level above the leaf.</summary>
    private static void AddPath(ref ProofPlan plan, ulong index, int fromLevel, ulong size)
    {
        int join = TreeMath.JoinLevel(index, size);
        for (int level = fromLevel; level < join; level++)
        {
            // Only the sibling at which the path joins the right edge can be incomplete.
            ulong sibling = (index >> level) ^ 1;
            if (level == join - 1)
                plan.AddEdge(sibling << level, size);
            else
                plan.Add(new NodeId(level, sibling));
        }

        for (int level = Math.Max(join, fromLevel); level < TreeMath.MaxLevels; level++)
        {
            ulong own = index >> level;
            if ((own & 1) == 1)
            {
                plan.Add(new NodeId(level, own ^ 1));
            }
        }
    }
}
