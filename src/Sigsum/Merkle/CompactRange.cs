using System.Numerics;
using Sigsum.Crypto;

namespace Sigsum.Merkle;

/// <summary>
/// The right edge of a growing tree: the roots of the perfect subtrees that its size decomposes into, one for each
/// bit that is set in the size. This is all that is needed to append leaves and to know the root.
/// </summary>
/// <remarks>Not safe for use from several threads at once. Memory does not depend on the size.</remarks>
public sealed class CompactRange
{
    // _roots[level] is meaningful only while bit `level` of Size is set.
    private readonly Hash[] _roots;

    /// <summary>Creates the range of the empty tree.</summary>
    public CompactRange()
        : this(0, new Hash[TreeMath.MaxLevels])
    {
    }

    private CompactRange(ulong size, Hash[] roots)
    {
        Size = size;
        _roots = roots;
    }

    /// <summary>Number of leaves, at most 2^63-1.</summary>
    public ulong Size { get; private set; }

    /// <summary>Creates the range of a tree whose nodes are stored.</summary>
    /// <param name="size">Number of leaves, at most 2^63-1.</param>
    /// <param name="nodes">Asked for one node for each bit that is set in <paramref name="size"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is above 2^63-1.</exception>
    public static CompactRange Restore(ulong size, INodeReader nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, TreeMath.MaxSize);
        var roots = new Hash[TreeMath.MaxLevels];
        for (ulong rest = size; rest != 0; rest &= rest - 1)
        {
            int level = BitOperations.TrailingZeroCount(rest);
            roots[level] = nodes.ReadNode(TreeMath.LastPerfect(level, 0, size));
        }

        return new CompactRange(size, roots);
    }

    /// <summary>Root of the tree over all leaves appended so far (RFC 6962 section 2.1).</summary>
    public Hash Root()
    {
        if (Size == 0)
        {
            return Rfc6962.EmptyRoot;
        }

        int level = BitOperations.TrailingZeroCount(Size);
        Hash root = _roots[level];
        for (ulong rest = Size & (Size - 1); rest != 0; rest &= rest - 1)
        {
            root = Rfc6962.HashNode(_roots[BitOperations.TrailingZeroCount(rest)], root);
        }

        return root;
    }

    /// <summary>Appends a leaf, in amortised constant time.</summary>
    /// <param name="leafHash">The leaf's hash, <see cref="Rfc6962.HashLeaf"/>.</param>
    /// <param name="completed">
    /// Receives every perfect subtree of level 1 or more that this leaf completes, lowest level first.
    /// </param>
    /// <exception cref="InvalidOperationException">The tree has 2^63-1 leaves.</exception>
    public void Append(in Hash leafHash, ICollection<KeyValuePair<NodeId, Hash>>? completed = null)
    {
        if (Size == TreeMath.MaxSize)
        {
            throw new InvalidOperationException("the tree has the largest possible size");
        }

        Hash hash = leafHash;
        int level = 0;
        for (ulong index = Size; (index & 1) == 1; level++)
        {
            index >>= 1;
            hash = Rfc6962.HashNode(_roots[level], hash);
            completed?.Add(new(new NodeId(level + 1, index), hash));
        }

        _roots[level] = hash;
        Size++;
    }

    /// <summary>A copy that grows on its own.</summary>
    public CompactRange Clone() => new(Size, (Hash[])_roots.Clone());
}
