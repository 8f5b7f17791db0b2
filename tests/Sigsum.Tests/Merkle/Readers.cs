using Sigsum.Crypto;
using Sigsum.Merkle;

namespace Sigsum.Tests.Merkle;

/// <summary>Has only what a store has: leaf hashes, and the nodes that a compact range reported.</summary>
internal sealed class StoredNodes : INodeReader
{
    private readonly Dictionary<NodeId, Hash> _nodes = [];
    private readonly CompactRange _range = new();

    public ICollection<KeyValuePair<NodeId, Hash>> All => _nodes;

    /// <summary>Appends the leaves of a tree until it has the given size.</summary>
    public static StoredNodes Of(NaiveTree tree, ulong size)
    {
        var stored = new StoredNodes();
        for (ulong i = 0; i < size; i++)
        {
            stored._nodes.Add(new NodeId(0, i), tree.Leaf(i));
            stored._range.Append(tree.Leaf(i), stored.All);
        }

        return stored;
    }

    public Hash ReadNode(NodeId id) => _nodes[id];
}

/// <summary>
/// Answers from the naive tree, counts, and refuses what a store of this size would not have: every node that is not
/// a perfect subtree within the size.
/// </summary>
internal sealed class CheckedReader(NaiveTree tree, ulong size) : INodeReader
{
    public int Reads { get; private set; }

    public Hash ReadNode(NodeId id)
    {
        Reads++;
        Assert.InRange(id.Level, 0, 62);
        Assert.True(id.Index < size >> id.Level, $"{id} is not within a tree of size {size}");
        return tree.Root(id.Index << id.Level, 1UL << id.Level);
    }
}
