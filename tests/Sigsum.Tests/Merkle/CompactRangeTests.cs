using System.Numerics;
using CsCheck;
using Sigsum.Merkle;
using Hash = Sigsum.Crypto.Hash;

namespace Sigsum.Tests.Merkle;

public sealed class CompactRangeTests
{
    [Fact]
    public void The_root_is_that_of_the_definition_at_every_size()
    {
        NaiveTree tree = NaiveTree.Distinct();
        var range = new CompactRange();
        for (ulong size = 0; size <= 300; size++)
        {
            Assert.Equal(size, range.Size);
            Assert.Equal(tree.Root(0, size), range.Root());
            range.Append(tree.Leaf(size));
        }
    }

    [Fact]
    public void Each_perfect_subtree_is_reported_once_when_it_is_complete()
    {
        NaiveTree tree = NaiveTree.Distinct();
        var range = new CompactRange();
        for (ulong size = 1; size <= 300; size++)
        {
            List<KeyValuePair<NodeId, Hash>> completed = [];
            range.Append(tree.Leaf(size - 1), completed);

            List<KeyValuePair<NodeId, Hash>> expected = [];
            for (int level = 1; size % (1UL << level) == 0; level++)
            {
                ulong count = 1UL << level;
                expected.Add(new(new NodeId(level, (size / count) - 1), tree.Root(size - count, count)));
            }

            Assert.Equal(expected, completed);
        }
    }

    [Fact]
    public void A_restored_range_goes_on_as_if_it_had_never_stopped()
    {
        NaiveTree tree = NaiveTree.Distinct();
        StoredNodes stored = StoredNodes.Of(tree, 130);
        for (ulong size = 0; size <= 130; size++)
        {
            CompactRange range = CompactRange.Restore(size, stored);
            Assert.Equal(tree.Root(0, size), range.Root());
            range.Append(tree.Leaf(size));
            range.Append(tree.Leaf(size + 1));
            Assert.Equal(size + 2, range.Size);
            Assert.Equal(tree.Root(0, size + 2), range.Root());
        }
    }

    [Fact]
    public void Restoring_a_tree_of_any_size_reads_one_node_for_each_bit_of_the_size() =>
        TreeGen.Sizes.Sample(size =>
        {
            NaiveTree tree = TreeGen.Marked(size - 1, size / 3);
            var reader = new CheckedReader(tree, size);
            CompactRange range = CompactRange.Restore(size, reader);

            Assert.Equal(BitOperations.PopCount(size), reader.Reads);
            Assert.Equal(tree.Root(0, size), range.Root());
            if (size < long.MaxValue)
            {
                range.Append(tree.Leaf(size));
                Assert.Equal(tree.Root(0, size + 1), range.Root());
            }
        }, iter: 200);

    [Fact]
    public void A_clone_and_its_original_grow_apart()
    {
        NaiveTree tree = NaiveTree.Distinct();
        CompactRange range = CompactRange.Restore(7, StoredNodes.Of(tree, 7));
        CompactRange clone = range.Clone();
        clone.Append(tree.Leaf(7));

        Assert.Equal((7UL, tree.Root(0, 7)), (range.Size, range.Root()));
        Assert.Equal((8UL, tree.Root(0, 8)), (clone.Size, clone.Root()));
        range.Append(tree.Leaf(100));
        Assert.Equal(tree.Root(0, 8), clone.Root());
    }

    [Fact]
    public void The_largest_tree_does_not_grow()
    {
        var range = CompactRange.Restore(long.MaxValue, new CheckedReader(TreeGen.Marked(), long.MaxValue));
        Hash root = range.Root();
        var error = Assert.Throws<InvalidOperationException>(() => range.Append(root));
        Assert.Contains("largest possible size", error.Message, StringComparison.Ordinal);
        Assert.Equal((ulong)long.MaxValue, range.Size);
        Assert.Equal(root, range.Root());
        Assert.Throws<ArgumentOutOfRangeException>(
            () => CompactRange.Restore(1UL << 63, new CheckedReader(TreeGen.Marked(), 1UL << 63)));
        Assert.Throws<ArgumentNullException>(() => CompactRange.Restore(0, null!));
    }
}
