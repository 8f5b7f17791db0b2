using System.Buffers;
using Sigsum.Checkpoints;
using Sigsum.Crypto;
using Sigsum.Messages;

namespace Sigsum.Tests.Messages;

public sealed class SigningTests : IDisposable
{
    private static readonly TreeHead Head = new(42, Hash.Sha256("root"u8));
    private readonly Ed25519Signer _log = Ed25519Signer.Generate();
    private readonly Ed25519Signer _other = Ed25519Signer.Generate();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _log.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task A_leaf_verifies_for_its_submitter_and_its_message_only()
    {
        Hash message = Hash.Sha256("message"u8);
        AddLeafRequest request = await AddLeafRequest.SignAsync(message, _log, Cancel);
        Assert.True(request.VerifySignature());
        Leaf leaf = request.ToLeaf();
        Assert.Equal(await Leaf.SignAsync(message, _log, Cancel), leaf);
        Assert.True(leaf.Verify(_log.PublicKey));
        Assert.False(leaf.Verify(_other.PublicKey));
        Assert.False((leaf with { KeyHash = _other.PublicKey.KeyHash() }).Verify(_log.PublicKey));
        Assert.False((leaf with { Checksum = message }).Verify(_log.PublicKey));
        Assert.False((request with { Message = leaf.Checksum }).VerifySignature());
        Assert.False((request with { PublicKey = _other.PublicKey }).VerifySignature());
    }

    [Fact]
    public async Task A_signature_made_for_something_else_is_no_leaf_signature()
    {
        Hash message = Hash.Sha256("message"u8);
        Signature bare = _log.Sign(Hash.Sha256(message.AsSpan()).AsSpan());
        Assert.False(new AddLeafRequest(message, bare, _log.PublicKey).VerifySignature());
        Signature token = await Sigsum.Tokens.SubmitToken.CreateAsync(
            _log, new PublicKey(Hash.Sha256(message.AsSpan()).AsSpan()), Cancel);
        Assert.False(new AddLeafRequest(message, token, _log.PublicKey).VerifySignature());
    }

    [Fact]
    public async Task A_tree_head_verifies_for_its_signer_only()
    {
        SignedTreeHead signed = await SignedTreeHead.SignAsync(Head, _log, Cancel);
        Assert.True(signed.Verify(_log.PublicKey));
        Assert.False(signed.Verify(_other.PublicKey));
        Assert.False((signed with { TreeHead = Head with { Size = 43 } }).Verify(_log.PublicKey));
        Assert.False((signed with { TreeHead = Head with { RootHash = default } }).Verify(_log.PublicKey));

        Checkpoint checkpoint = Checkpoint.FromSignedTreeHead(signed, _log.PublicKey);
        Assert.True(checkpoint.Verify(_log.PublicKey));
        Assert.False(checkpoint.Verify(_other.PublicKey));
        Assert.False((checkpoint with { KeyId = new KeyId(checkpoint.KeyId.Value + 1) }).Verify(_log.PublicKey));
        Assert.False((checkpoint with { Origin = SigsumOrigin.ForLog(_other.PublicKey) }).Verify(_log.PublicKey));
    }

    [Fact]
    public async Task A_cosignature_verifies_for_its_witness_log_head_and_time_only()
    {
        string origin = SigsumOrigin.ForLog(_log.PublicKey);
        Cosignature cosignature = await Cosignature.SignAsync(Head, origin, _other, 1000, Cancel);
        Assert.True(cosignature.Verify(_other.PublicKey, origin, Head));
        Assert.False(cosignature.Verify(_log.PublicKey, origin, Head));
        Assert.False(cosignature.Verify(_other.PublicKey, SigsumOrigin.ForLog(_other.PublicKey), Head));
        Assert.False(cosignature.Verify(_other.PublicKey, origin, Head with { Size = 41 }));
        Assert.False((cosignature with { Timestamp = 1001 }).Verify(_other.PublicKey, origin, Head));
        Assert.False((cosignature with { Timestamp = ulong.MaxValue }).Verify(_other.PublicKey, origin, Head));
        Assert.False((cosignature with { KeyHash = default }).Verify(_other.PublicKey, origin, Head));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await Cosignature.SignAsync(Head, origin, _other, 1UL << 63, Cancel));
    }

    [Fact]
    public async Task What_would_be_read_as_something_else_is_neither_signed_nor_written()
    {
        Assert.Throws<ArgumentException>(() => Checkpoint.Body("a\nb", Head));
        Assert.Throws<ArgumentException>(() => Checkpoint.Body("", Head));
        Assert.Throws<ArgumentOutOfRangeException>(() => Checkpoint.Body("a", Head with { Size = 1UL << 63 }));
        Checkpoint checkpoint = new("a b", Head, default, default);
        Assert.Throws<ArgumentException>(() => checkpoint.Write(new ArrayBufferWriter<byte>()));
        foreach (string name in (string[])["", "a b", "a+b", "a\nb", "a\u00a0b", "a\u2028b"])
        {
            await Assert.ThrowsAsync<ArgumentException>(
                async () => await CosignatureLine.CosignAsync(checkpoint, name, _log, 1, Cancel));
            Assert.Throws<ArgumentException>(() => VerifierKey.Create(name, NoteSignatureType.Ed25519, _log.PublicKey));
        }
    }

    [Fact]
    public void Messages_with_equal_contents_are_equal()
    {
        var one = new InclusionProof(1, [Hash.Sha256("a"u8)]);
        Assert.Equal(one, new InclusionProof(1, [Hash.Sha256("a"u8)]));
        Assert.Equal(one.GetHashCode(), new InclusionProof(1, [Hash.Sha256("a"u8)]).GetHashCode());
        Assert.NotEqual(one, new InclusionProof(1, [Hash.Sha256("b"u8)]));
        Assert.NotEqual(one, one with { LeafIndex = 2 });
        Assert.Equal(ConsistencyProof.Empty, new ConsistencyProof(default));
    }
}
