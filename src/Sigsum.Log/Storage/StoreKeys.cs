using System.Buffers.Binary;
using Sigsum.Merkle;

namespace Sigsum.Log.Storage;

/// <summary>
/// Keys of leaves and nodes in the database. Both grow with the tree, so what a commit writes is always at the end of
/// a family: its files never overlap, and compaction moves them without writing them again.
/// </summary>
internal static class StoreKeys
{
    /// <summary>Size of a leaf's key.</summary>
    public const int LeafSize = 8;

    /// <summary>The highest level that a node can have.</summary>
    public const int MaxLevel = 62;

    /// <summary>The level from which on nodes are kept apart from those below.</summary>
    public const int UpperLevel = 8;

    /// <summary>Size of a node's key.</summary>
    public const int NodeSize = 9;

    /// <summary>A leaf is found by its index, big endian.</summary>
    public static void WriteLeaf(Span<byte> key, ulong index) => BinaryPrimitives.WriteUInt64BigEndian(key, index);

    /// <summary>A node of level 1 and above is found by the leaf that completed it, big endian, and its level: the
    /// order in which nodes come to be.</summary>
    public static void WriteNode(Span<byte> key, NodeId id)
    {
        BinaryPrimitives.WriteUInt64BigEndian(key, LastLeaf(id));
        key[8] = (byte)id.Level;
    }

    /// <summary>The node whose key this is; null when it is no node's.</summary>
    public static NodeId? TryReadNode(ReadOnlySpan<byte> key)
    {
        if (key.Length != NodeSize || key[8] is 0 or > MaxLevel)
            return null;
        ulong last = BinaryPrimitives.ReadUInt64BigEndian(key);
        var id = new NodeId(key[8], last >> key[8]);
        return last < long.MaxValue && LastLeaf(id) == last ? id : null;
    }

    /// <summary>Index of the last leaf under a node. The node exists when the tree is larger than this.</summary>
    public static ulong LastLeaf(NodeId id) => ((id.Index + 1) << id.Level) - 1;

    /// <summary>Throws unless a tree of this size has the node.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It has not.</exception>
    public static void ThrowIfNotIn(NodeId id, ulong size)
    {
        if (id.Level is < 0 or > MaxLevel || id.Index >= size >> id.Level)
        {
            throw new ArgumentOutOfRangeException(nameof(id), id, $"a tree of {size} leaves has no such node");
        }
    }
}
