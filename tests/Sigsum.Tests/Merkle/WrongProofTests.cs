using CsCheck;
using Sigsum.Merkle;
using Sigsum.Messages;
using Hash = Sigsum.Crypto.Hash;

namespace Sigsum.Tests.Merkle;

/// <summary>Proofs that are not quite right are refused, and nothing that is sent makes a verifier throw.</summary>
public sealed class WrongProofTests
{
    private const ulong ExhaustiveSize = 20;

    [Fact]
    public void Every_changed_inclusion_proof_of_every_small_tree_is_refused()
    {
        NaiveTree tree = NaiveTree.Distinct();
        StoredNodes stored = StoredNodes.Of(tree, ExhaustiveSize);
        for (ulong size = 1; size <= ExhaustiveSize; size++)
        {
            for (ulong index = 0; index < size; index++)
            {
                CheckInclusion(tree, index, size, ProofBuilder.Inclusion(index, size, stored), (int)index);
                for (ulong other = 0; other <= 2 * size; other++)
                {
                    Hash[] path = [.. ProofBuilder.Inclusion(index, size, stored).Path];
                    var head = new TreeHead(size, tree.Root(0, size));
                    Assert.Equal(
                        other == index, ProofVerifier.VerifyInclusion(tree.Leaf(index), other, head, path));
                }
            }
        }
    }

    [Fact]
    public void Every_changed_consistency_proof_of_every_small_tree_is_refused()
    {
        NaiveTree tree = NaiveTree.Distinct();
        StoredNodes stored = StoredNodes.Of(tree, ExhaustiveSize);
        for (ulong size = 1; size <= ExhaustiveSize; size++)
        {
            for (ulong old = 1; old <= size; old++)
            {
                CheckConsistency(tree, old, size, ProofBuilder.Consistency(old, size, stored), (int)old);
            }
        }
    }

    [Fact]
    public void Changed_proofs_in_trees_of_any_size_are_refused() =>
        Gen.Select(TreeGen.Sizes, Gen.ULong, Gen.Int[0, 255]).Sample((size, any, bit) =>
        {
            ulong index = TreeGen.Below(size, any);
            NaiveTree tree = TreeGen.Marked(index, size - 1);
            var reader = new CheckedReader(tree, size);
            CheckInclusion(tree, index, size, ProofBuilder.Inclusion(index, size, reader), bit);
            CheckConsistency(tree, index + 1, size, ProofBuilder.Consistency(index + 1, size, reader), bit);
        }, iter: 100);

    [Fact]
    public void A_tree_that_was_rewritten_is_not_consistent_with_the_old_one()
    {
        NaiveTree before = TreeGen.Marked(3);
        NaiveTree after = TreeGen.Marked(4);
        for (ulong size = 5; size <= 40; size++)
        {
            for (ulong old = 5; old <= size; old++)
            {
                ConsistencyProof proof = ProofBuilder.Consistency(old, size, new CheckedReader(after, size));
                var oldHead = new TreeHead(old, before.Root(0, old));
                var newHead = new TreeHead(size, after.Root(0, size));
                Assert.False(ProofVerifier.VerifyConsistency(oldHead, newHead, proof.Path.AsSpan()));
            }
        }
    }

    [Fact]
    public void Any_input_gets_an_answer() =>
        Gen.Select(AnySize, AnySize, Gen.Int[0, 130]).Sample((one, two, length) =>
        {
            Hash[] path = [.. Enumerable.Range(0, length).Select(i => Hash.Sha256([(byte)i]))];
            Hash hash = Hash.Sha256([0xff]);
            Assert.False(ProofVerifier.VerifyInclusion(hash, one, new TreeHead(two, default), path));
            Assert.False(ProofVerifier.VerifyConsistency(new TreeHead(one, hash), new TreeHead(two, default), path));
        }, iter: 20_000);

    [Fact]
    public void The_highest_numbers_have_paths_of_64_hashes_and_these_verify()
    {
        // Beyond what a log can have, but a verifier is asked what its peer likes to ask. The first leaf of the largest
        // tree: every sibling is to the right.
        Hash leaf = Hash.Sha256("leaf"u8);
        Hash[] path = [.. Enumerable.Range(0, 64).Select(i => Hash.Sha256([(byte)i]))];
        Hash root = path.Aggregate(leaf, (node, sibling) => Rfc6962.HashNode(node, sibling));
        var head = new TreeHead(ulong.MaxValue, root);

        Assert.True(ProofVerifier.VerifyInclusion(leaf, 0, head, path));
        Assert.False(ProofVerifier.VerifyInclusion(leaf, 0, head, path.AsSpan(1)));
        Assert.False(ProofVerifier.VerifyInclusion(leaf, 1, head, path));
        Assert.False(ProofVerifier.VerifyInclusion(leaf, ulong.MaxValue, head, path));
        Assert.True(ProofVerifier.VerifyConsistency(new TreeHead(1, leaf), head, path));
        Assert.False(ProofVerifier.VerifyConsistency(new TreeHead(1, leaf), head, [.. path, leaf]));

        // The third leaf: its second sibling is to the left, and is the whole old tree but for that leaf.
        Hash three = Rfc6962.HashNode(path[1], leaf);
        root = Rfc6962.HashNode(path[1], Rfc6962.HashNode(leaf, path[0]));
        head = new TreeHead(ulong.MaxValue, path.Skip(2).Aggregate(root, (node, next) => Rfc6962.HashNode(node, next)));
        Assert.True(ProofVerifier.VerifyInclusion(leaf, 2, head, path));
        Assert.True(ProofVerifier.VerifyConsistency(new TreeHead(3, three), head, [leaf, .. path]));
    }

    [Fact]
    public void An_index_outside_of_the_tree_is_refused_even_if_the_hashes_fit()
    {
        (Hash left, Hash right) = (Hash.Sha256("left"u8), Hash.Sha256("right"u8));
        Hash root = Rfc6962.HashNode(left, right);
        Assert.True(ProofVerifier.VerifyInclusion(right, 1, new TreeHead(2, root), [left]));
        Assert.False(ProofVerifier.VerifyInclusion(right, 1, new TreeHead(1, root), [left]));
        Assert.False(ProofVerifier.VerifyInclusion(right, 0, new TreeHead(0, right), []));
        Assert.False(ProofVerifier.VerifyInclusion(right, 0, TreeHead.Empty, []));
    }

    [Fact]
    public void A_path_longer_than_the_tree_is_high_is_refused_even_if_the_hashes_fit()
    {
        (Hash a, Hash b, Hash c, Hash d) =
            (Hash.Sha256("a"u8), Hash.Sha256("b"u8), Hash.Sha256("c"u8), Hash.Sha256("d"u8));
        Hash three = Rfc6962.HashNode(a, b);
        Hash four = Rfc6962.HashNode(a, Rfc6962.HashNode(b, c));
        Assert.True(ProofVerifier.VerifyConsistency(new TreeHead(3, three), new TreeHead(4, four), [b, c, a]));

        (three, four) = (Rfc6962.HashNode(d, three), Rfc6962.HashNode(d, four));
        Assert.False(ProofVerifier.VerifyConsistency(new TreeHead(3, three), new TreeHead(4, four), [b, c, a, d]));
        Assert.False(ProofVerifier.VerifyInclusion(b, 0, new TreeHead(1, Rfc6962.HashNode(a, b)), [a]));
    }

    private static Gen<ulong> AnySize { get; } = Gen.OneOf(
        Gen.ULong,
        Gen.ULong[0, 300],
        Gen.ULong[ulong.MaxValue - 3, ulong.MaxValue],
        Gen.ULong[(1UL << 63) - 2, (1UL << 63) + 2]);

    private static void CheckInclusion(NaiveTree tree, ulong index, ulong size, InclusionProof proof, int bit)
    {
        Hash leaf = tree.Leaf(index);
        var head = new TreeHead(size, tree.Root(0, size));
        Hash[] path = [.. proof.Path];
        Assert.True(ProofVerifier.VerifyInclusion(leaf, index, head, path));
        Assert.All(Changed(path, bit), wrong => Assert.False(ProofVerifier.VerifyInclusion(leaf, index, head, wrong)));
        Assert.False(ProofVerifier.VerifyInclusion(Flip(leaf, bit), index, head, path));
        Assert.False(ProofVerifier.VerifyInclusion(
            leaf, index, head with { RootHash = Flip(head.RootHash, bit) }, path));
        Assert.False(ProofVerifier.VerifyInclusion(leaf, index ^ 1, head, path));
    }

    private static void CheckConsistency(NaiveTree tree, ulong old, ulong size, ConsistencyProof proof, int bit)
    {
        var before = new TreeHead(old, tree.Root(0, old));
        var after = new TreeHead(size, tree.Root(0, size));
        Hash[] path = [.. proof.Path];
        Assert.True(ProofVerifier.VerifyConsistency(before, after, path));
        Assert.All(Changed(path, bit), wrong => Assert.False(ProofVerifier.VerifyConsistency(before, after, wrong)));
        Assert.False(ProofVerifier.VerifyConsistency(
            before with { RootHash = Flip(before.RootHash, bit) }, after, path));
        Assert.False(ProofVerifier.VerifyConsistency(
            before, after with { RootHash = Flip(after.RootHash, bit) }, path));
        if (old != size)
        {
            Assert.False(ProofVerifier.VerifyConsistency(after, before, path));
            Assert.False(ProofVerifier.VerifyConsistency(
                before with { RootHash = after.RootHash }, after with { RootHash = before.RootHash }, path));
        }
    }

    /// <summary>The path with one element changed, missing, doubled, added or exchanged with its neighbour.</summary>
    private static IEnumerable<Hash[]> Changed(Hash[] path, int bit)
    {
        yield return [.. path, default];
        yield return [default, .. path];
        for (int i = 0; i < path.Length; i++)
        {
            yield return [.. path[..i], Flip(path[i], bit), .. path[(i + 1)..]];
            yield return [.. path[..i], .. path[(i + 1)..]];
            yield return [.. path[..i], path[i], .. path[i..]];
            if (i > 0 && path[i] != path[i - 1])
            {
                yield return [.. path[..(i - 1)], path[i], path[i - 1], .. path[(i + 1)..]];
            }
        }
    }

    private static Hash Flip(Hash hash, int bit)
    {
        byte[] bytes = hash.AsSpan().ToArray();
        bytes[bit / 8 % bytes.Length] ^= (byte)(1 << (bit % 8));
        return new Hash(bytes);
    }
}
