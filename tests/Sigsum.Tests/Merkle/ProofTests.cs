using CsCheck;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Tests.Merkle;

/// <summary>Proofs as built, as verified, and as defined.</summary>
public sealed class ProofTests
{
    private const ulong ExhaustiveSize = 130;

    private static readonly NaiveTree Tree = NaiveTree.Distinct();
    private static readonly StoredNodes Stored = StoredNodes.Of(Tree, ExhaustiveSize);

    [Fact]
    public void Every_root_of_every_small_tree()
    {
        for (ulong size = 0; size <= ExhaustiveSize; size++)
        {
            Assert.Equal(Tree.Root(0, size), ProofBuilder.Root(size, Stored));
        }
    }

    [Fact]
    public void Every_inclusion_proof_of_every_small_tree()
    {
        for (ulong size = 1; size <= ExhaustiveSize; size++)
        {
            var head = new TreeHead(size, Tree.Root(0, size));
            for (ulong index = 0; index < size; index++)
            {
                InclusionProof proof = ProofBuilder.Inclusion(index, size, Stored);
                Assert.Equal(index, proof.LeafIndex);
                Assert.Equal(Tree.Path(index, 0, size), proof.Path);
                Assert.True(ProofVerifier.VerifyInclusion(Tree.Leaf(index), index, head, proof.Path.AsSpan()));
            }
        }
    }

    [Fact]
    public void Every_consistency_proof_of_every_small_tree()
    {
        for (ulong @new = 1; @new <= ExhaustiveSize; @new++)
        {
            var newHead = new TreeHead(@new, Tree.Root(0, @new));
            for (ulong old = 1; old <= @new; old++)
            {
                var oldHead = new TreeHead(old, Tree.Root(0, old));
                ConsistencyProof proof = ProofBuilder.Consistency(old, @new, Stored);
                Assert.Equal(Tree.Proof(old, @new), proof.Path);
                Assert.True(ProofVerifier.VerifyConsistency(oldHead, newHead, proof.Path.AsSpan()));
            }
        }
    }

    [Fact]
    public void Proofs_in_trees_of_any_size_are_those_of_the_definition_and_read_few_nodes() =>
        Gen.Select(TreeGen.Sizes, Gen.ULong, Gen.ULong).Sample((size, any, other) =>
        {
            ulong index = TreeGen.Below(size, any);
            ulong old = TreeGen.Below(size, other) + 1;
            NaiveTree tree = TreeGen.Marked(index, old - 1, size - 1, size / 2);
            var head = new TreeHead(size, tree.Root(0, size));

            var reader = new CheckedReader(tree, size);
            Assert.Equal(head.RootHash, ProofBuilder.Root(size, reader));
            Assert.InRange(reader.Reads, 1, 63);

            reader = new CheckedReader(tree, size);
            InclusionProof inclusion = ProofBuilder.Inclusion(index, size, reader);
            Assert.Equal(tree.Path(index, 0, size), inclusion.Path);
            Assert.True(ProofVerifier.VerifyInclusion(tree.Leaf(index), index, head, inclusion.Path.AsSpan()));
            Assert.InRange(reader.Reads, 0, 2 * 63);

            reader = new CheckedReader(tree, size);
            ConsistencyProof consistency = ProofBuilder.Consistency(old, size, reader);
            Assert.Equal(tree.Proof(old, size), consistency.Path);
            Assert.True(ProofVerifier.VerifyConsistency(
                new TreeHead(old, tree.Root(0, old)), head, consistency.Path.AsSpan()));
            Assert.InRange(reader.Reads, 0, 2 * 63);
        }, iter: 500);

    [Fact]
    public void The_empty_tree_is_consistent_with_every_tree()
    {
        ConsistencyProof proof = ProofBuilder.Consistency(0, 5, Stored);
        var head = new TreeHead(5, Tree.Root(0, 5));
        var wrongEmpty = new TreeHead(0, Tree.Leaf(0));

        Assert.Empty(proof.Path);
        Assert.True(ProofVerifier.VerifyConsistency(TreeHead.Empty, head, []));
        Assert.True(ProofVerifier.VerifyConsistency(TreeHead.Empty, TreeHead.Empty, []));
        Assert.False(ProofVerifier.VerifyConsistency(TreeHead.Empty, head, [Tree.Leaf(0)]));
        Assert.False(ProofVerifier.VerifyConsistency(wrongEmpty, head, []));
        Assert.False(ProofVerifier.VerifyConsistency(wrongEmpty, wrongEmpty, []));
    }

    [Fact]
    public void What_does_not_exist_cannot_be_proved()
    {
        const ulong tooLarge = 1UL << 63;
        Assert.Throws<ArgumentOutOfRangeException>(() => ProofBuilder.Inclusion(0, 0, Stored));
        Assert.Throws<ArgumentOutOfRangeException>(() => ProofBuilder.Inclusion(5, 5, Stored));
        Assert.Throws<ArgumentOutOfRangeException>(() => ProofBuilder.Inclusion(ulong.MaxValue, 5, Stored));
        Assert.Throws<ArgumentOutOfRangeException>(() => ProofBuilder.Inclusion(0, tooLarge, Stored));
        Assert.Throws<ArgumentOutOfRangeException>(() => ProofBuilder.Consistency(6, 5, Stored));
        Assert.Throws<ArgumentOutOfRangeException>(() => ProofBuilder.Consistency(1, tooLarge, Stored));
        Assert.Throws<ArgumentOutOfRangeException>(() => ProofBuilder.Root(tooLarge, Stored));
    }
}
