using System.Numerics;

namespace Sigsum.Merkle;

/// <summary>Where the nodes of a tree of a given size are. Only bit arithmetic, no hashes.</summary>
internal static class TreeMath
{
    /// <summary>The largest tree: sizes travel as numbers of at most 63 bits (log.md section 2).</summary>
    public const ulong MaxSize = long.MaxValue;

    /// <summary>Perfect subtrees of a tree of at most <see cref="MaxSize"/> leaves have levels 0 to 62.</summary>
    public const int MaxLevels = 63;

    /// <summary>
    /// The level at which the path of a leaf joins the right edge of the tree. Below it every node of the path has a
    /// sibling; from it on, the path is the edge and has siblings only to its left.
    /// </summary>
    public static int JoinLevel(ulong index, ulong size) => BitLength(index ^ (size - 1));

    /// <summary>How many siblings a path has from <paramref name="level"/> on, where it is the right edge.</summary>
    public static int EdgeSiblings(ulong index, int level) => level >= 64 ? 0 : BitOperations.PopCount(index >> level);

    /// <summary>
    /// The subtree of the given level in the decomposition of <c>[begin, end)</c> into perfect subtrees; there is one
    /// if and only if that bit of <c>end - begin</c> is set. <paramref name="begin"/> is a multiple of the first
    /// power of two that is not below the length.
    /// </summary>
    public static NodeId LastPerfect(int level, ulong begin, ulong end) =>
        new(level, (begin >> level) + ((end - begin) >> level) - 1);

    private static int BitLength(ulong value) => 64 - BitOperations.LeadingZeroCount(value);
}
