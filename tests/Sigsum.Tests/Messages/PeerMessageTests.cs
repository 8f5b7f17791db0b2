using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Sigsum.Checkpoints;
using Sigsum.Crypto;
using Sigsum.Keys;
using Sigsum.Merkle;
using Sigsum.Messages;
using Sigsum.Policy;
using Sigsum.Tests.Vectors;

namespace Sigsum.Tests.Messages;

/// <summary>What log-go, its witnesses and sigsum-submit said to each other about one small log.</summary>
public sealed class PeerMessageTests
{
    private static readonly PublicKey Log = PeerFile.Key("log");

    [Fact]
    public async Task Add_leaf_of_sigsum_submit()
    {
        AddLeafRequest request = AddLeafRequest.Parse(PeerFile.Bytes("add-leaf-7"));
        Assert.True(request.VerifySignature());
        Assert.Equal(PeerFile.Message("message-7"), request.Message);
        using Ed25519Signer signer = OpenSshKey.ParsePrivate(PeerFile.Text("submitter.key"));
        Assert.Equal(request, await AddLeafRequest.SignAsync(
            request.Message, signer, TestContext.Current.CancellationToken));
        Assert.Equal(PeerFile.Text("add-leaf-7"), Written(request.Write));
    }

    [Fact]
    public void Answers_of_log_go_fit_together()
    {
        CosignedTreeHead head = CosignedTreeHead.Parse(PeerFile.Bytes("get-tree-head"));
        TrustPolicy.Parse(PeerFile.Bytes("policy")).Verify(Log.KeyHash(), head);
        Assert.Equal(PeerFile.Text("get-tree-head"), Written(head.Write));
        SignedTreeHead stored = SignedTreeHead.Parse(PeerFile.Bytes("sth"));
        Assert.True(stored.Verify(Log));
        Assert.Equal(head.SignedTreeHead, stored);

        List<Leaf> leaves = LeafList.Parse(PeerFile.Bytes("get-leaves"), 7);
        Assert.Equal(PeerFile.Text("get-leaves"), Written(w => LeafList.Write(w, leaves.ToArray())));
        Assert.All(leaves, leaf => Assert.True(leaf.Verify(PeerFile.Key("submitter"))));
        var range = new CompactRange();
        TreeHead old = default;
        foreach (Leaf leaf in leaves)
        {
            range.Append(leaf.LeafHash(), null);
            if (range.Size == 3)
                old = new TreeHead(3, range.Root());
        }

        TreeHead tree = head.SignedTreeHead.TreeHead;
        Assert.Equal(new TreeHead(7, range.Root()), tree);
        InclusionProof inclusion = InclusionProof.Parse(PeerFile.Bytes("get-inclusion-proof"));
        Assert.Equal(Hash.ParseHex(PeerFile.Text("leaf-hash-5").TrimEnd()), leaves[4].LeafHash());
        Assert.True(ProofVerifier.VerifyInclusion(
            leaves[4].LeafHash(), inclusion.LeafIndex, tree, inclusion.Path.AsSpan()));
        ConsistencyProof consistency = ConsistencyProof.Parse(PeerFile.Bytes("get-consistency-proof"));
        Assert.True(ProofVerifier.VerifyConsistency(old, tree, consistency.Path.AsSpan()));
    }

    [Theory]
    [InlineData("add-checkpoint-old-0", 0, 0)]
    [InlineData("add-checkpoint-old-6", 6, 7)]
    public void Add_checkpoint_of_log_go(string file, ulong oldSize, ulong size)
    {
        AddCheckpointRequest request = AddCheckpointRequest.Parse(PeerFile.Bytes(file));
        Assert.Equal(oldSize, request.OldSize);
        Assert.Equal(size, request.Checkpoint.TreeHead.Size);
        Assert.True(request.Checkpoint.Verify(Log));
        Assert.Equal(SigsumOrigin.ForLog(Log), request.Checkpoint.Origin);
        Assert.Equal(PeerFile.Text(file), Written(request.Write));
        var head = new SignedTreeHead(request.Checkpoint.TreeHead, request.Checkpoint.Signature);
        Assert.Equal(request.Checkpoint, Checkpoint.FromSignedTreeHead(head, Log));
    }

    [Theory]
    [InlineData("sigsum-witness.response", "witness")]
    [InlineData("litewitness.response", "litewitness")]
    public async Task Answers_of_witnesses(string file, string key)
    {
        ImmutableArray<CosignatureLine> lines = CosignatureLine.ParseLines(PeerFile.Bytes(file));
        Checkpoint checkpoint = AddCheckpointRequest.Parse(PeerFile.Bytes("add-checkpoint-old-6")).Checkpoint;
        Assert.True(CosignatureLine.TryFind(lines, checkpoint, PeerFile.Key(key), out Cosignature cosignature));
        Assert.True(cosignature.Verify(PeerFile.Key(key), checkpoint.Origin, checkpoint.TreeHead));
        CosignatureLine line = Assert.Single(lines);
        Assert.Equal(PeerFile.Text(file), Written(line.Write));

        using Ed25519Signer signer = OpenSshKey.ParsePrivate(PeerFile.Text(key + ".key"));
        Assert.Equal(line, await CosignatureLine.CosignAsync(
            checkpoint, line.KeyName, signer, line.Timestamp, TestContext.Current.CancellationToken));
    }

    private static string Written(Action<IBufferWriter<byte>> write)
    {
        var writer = new ArrayBufferWriter<byte>();
        write(writer);
        return Encoding.UTF8.GetString(writer.WrittenSpan);
    }
}
