using Sigsum.Crypto;
using Sigsum.Log.Replication;
using Sigsum.Log.Storage;
using Sigsum.Log.Tests.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Tests.Replication;

/// <summary>What a primary makes of the tree head that a secondary has signed.</summary>
public sealed class AcknowledgementTests : IDisposable
{
    private const int Size = 5;
    private readonly Ed25519Signer _key = Ed25519Signer.Generate();
    private readonly MemoryLogStore _tree = new(StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, null));

    public AcknowledgementTests() => TreeAppender.Restore(_tree).Append(_tree, Size);

    public void Dispose()
    {
        _key.Dispose();
        _tree.Dispose();
    }

    [Fact]
    public async Task A_secondary_holds_a_prefix_of_our_tree_or_has_diverged()
    {
        for (ulong size = 0; size <= Size; size++)
        {
            var head = new TreeHead(size, ProofBuilder.Root(size, _tree));
            Assert.Equal(AcknowledgementVerdict.Holds, await JudgeAsync(head));
            Assert.Equal(AcknowledgementVerdict.Diverged, await JudgeAsync(head with { RootHash = Hash.Sha256("other"u8) }));
        }

        // Ours, at another size.
        Assert.Equal(AcknowledgementVerdict.Diverged, await JudgeAsync(_tree.TreeHead with { Size = Size - 1 }));
    }

    [Fact]
    public async Task A_secondary_with_more_leaves_is_ahead_whatever_its_root() =>
        Assert.Equal(AcknowledgementVerdict.Ahead, await JudgeAsync(_tree.TreeHead with { Size = Size + 1 }));

    [Fact]
    public async Task A_head_that_another_key_has_signed_says_nothing()
    {
        using var other = Ed25519Signer.Generate();
        Assert.Equal(AcknowledgementVerdict.NotThisSecondary, await JudgeAsync(_tree.TreeHead, other));
    }

    private async Task<AcknowledgementVerdict> JudgeAsync(TreeHead head, Ed25519Signer? key = null)
    {
        var signed = await SignedTreeHead.SignAsync(head, key ?? _key, TestContext.Current.CancellationToken);
        return Acknowledgement.Judge(signed, _key.PublicKey, _tree.TreeHead, _tree);
    }
}
