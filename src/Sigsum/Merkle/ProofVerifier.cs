using System.Numerics;
using Sigsum.Crypto;
using Sigsum.Messages;

namespace Sigsum.Merkle;

/// <summary>
/// Verifies Merkle proofs. Any input at all gives an answer: nothing throws, and the work is bounded by the number of
/// levels that a tree of the stated size has, never by what the other side sent.
/// </summary>
public static class ProofVerifier
{
    /// <summary>Whether a leaf is in a tree (RFC 6962 section 2.1.1).</summary>
    /// <param name="leafHash">The leaf's hash.</param>
    /// <param name="index">Index of the leaf that the proof is for.</param>
    /// <param name="treeHead">The tree; the caller has reason to trust it.</param>
    /// <param name="path">The proof; exactly as long as index and size demand.</param>
    public static bool VerifyInclusion(in Hash leafHash, ulong index, TreeHead treeHead, ReadOnlySpan<Hash> path)
    {
        if (index >= treeHead.Size)
        {
            return false;
        }

        int inner = TreeMath.JoinLevel(index, treeHead.Size);
        return path.Length == inner + TreeMath.EdgeSiblings(index, inner)
            && Fold(leafHash, index, path[..inner], path[inner..]) == treeHead.RootHash;
    }

    /// <summary>Whether one tree is a prefix of another (RFC 6962 section 2.1.2).</summary>
    /// <param name="old">The smaller tree. The empty tree is a prefix of every tree, shown by an empty proof.</param>
    /// <param name="new">The larger tree, or one of the same size.</param>
    /// <param name="path">The proof; exactly as long as the sizes demand.</param>
    public static bool VerifyConsistency(TreeHead old, TreeHead @new, ReadOnlySpan<Hash> path)
    {
        if (old.Size > @new.Size)
        {
            return false;
        }

        if (old.Size == @new.Size)
        {
            return path.IsEmpty && old.RootHash == @new.RootHash && HasRightRootIfEmpty(old);
        }

        if (old.Size == 0)
        {
            return path.IsEmpty && HasRightRootIfEmpty(old);
        }

        // The path, in the new tree, of the last perfect subtree of the old one; see ProofBuilder.Consistency.
        int level = BitOperations.TrailingZeroCount(old.Size);
        int seeds = BitOperations.IsPow2(old.Size) ? 0 : 1;
        int join = TreeMath.JoinLevel(old.Size - 1, @new.Size);
        int inner = join - level;
        if (path.Length != seeds + inner + TreeMath.EdgeSiblings(old.Size - 1, join))
        {
            return false;
        }

        ulong index = (old.Size - 1) >> level;
        Hash seed = seeds == 0 ? old.RootHash : path[0];
        ReadOnlySpan<Hash> below = path.Slice(seeds, inner);
        ReadOnlySpan<Hash> edge = path[(seeds + inner)..];
        return FoldLeft(seed, index, below, edge) == old.RootHash && Fold(seed, index, below, edge) == @new.RootHash;
    }

    private static bool HasRightRootIfEmpty(TreeHead head) => head.Size != 0 || head.RootHash == Rfc6962.EmptyRoot;

    /// <summary>The root that a node has if these are its siblings, lowest first.</summary>
    private static Hash Fold(Hash node, ulong index, ReadOnlySpan<Hash> below, ReadOnlySpan<Hash> edge)
    {
        foreach (ref readonly Hash sibling in below)
        {
            node = (index & 1) == 0 ? Rfc6962.HashNode(node, sibling) : Rfc6962.HashNode(sibling, node);
            index >>= 1;
        }

        foreach (ref readonly Hash sibling in edge)
        {
            node = Rfc6962.HashNode(sibling, node);
        }

        return node;
    }

    /// <summary>The same for the tree that ends with this node: siblings to the right are not there yet.</summary>
    private static Hash FoldLeft(Hash node, ulong index, ReadOnlySpan<Hash> below, ReadOnlySpan<Hash> edge)
    {
        foreach (ref readonly Hash sibling in below)
        {
            node = (index & 1) == 0 ? node : Rfc6962.HashNode(sibling, node);
            index >>= 1;
        }

        foreach (ref readonly Hash sibling in edge)
        {
            node = Rfc6962.HashNode(sibling, node);
        }

        return node;
    }
}
