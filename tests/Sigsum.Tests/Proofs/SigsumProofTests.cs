using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Sigsum.Checkpoints;
using Sigsum.Crypto;
using Sigsum.Merkle;
using Sigsum.Messages;
using Sigsum.Policy;
using Sigsum.Proofs;
using Sigsum.Tests.Vectors;

namespace Sigsum.Tests.Proofs;

public sealed class SigsumProofTests : IDisposable
{
    private static readonly Hash Message = Hash.Sha256("data"u8);
    private readonly Ed25519Signer _log = Ed25519Signer.Generate();
    private readonly Ed25519Signer _submitter = Ed25519Signer.Generate();
    private readonly Ed25519Signer _witness = Ed25519Signer.Generate();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private TrustPolicy Policy => TrustPolicy.Parse(Encoding.ASCII.GetBytes(
        $"log {_log.PublicKey}\nwitness W {_witness.PublicKey}\nquorum W\n"));

    public void Dispose()
    {
        _log.Dispose();
        _submitter.Dispose();
        _witness.Dispose();
    }

    [Theory]
    [InlineData("proof-size-1", "message-1", 1)]
    [InlineData("proof-size-5", "message-5", 5)]
    [InlineData("proof-size-7", "message-7", 7)]
    public void Proofs_of_sigsum_submit_hold_and_are_written_alike(string file, string message, ulong size)
    {
        SigsumProof proof = SigsumProof.Parse(PeerFile.Bytes(file));
        var policy = TrustPolicy.Parse(PeerFile.Bytes("policy"));
        Assert.Equal(size, proof.TreeHead.SignedTreeHead.TreeHead.Size);
        Assert.Equal(PeerFile.Key("log").KeyHash(), proof.LogKeyHash);
        proof.Verify(PeerFile.Message(message), [PeerFile.Key("witness"), PeerFile.Key("submitter")], policy);
        var writer = new ArrayBufferWriter<byte>();
        proof.Write(writer);
        Assert.Equal(PeerFile.Text(file), Encoding.ASCII.GetString(writer.WrittenSpan));

        Fails("submitter's signature", () => proof.Verify(Message, [PeerFile.Key("submitter")], policy));
        Fails("submitter keys", () => proof.Verify(PeerFile.Message(message), [PeerFile.Key("log")], policy));
        Fails("submitter keys", () => proof.Verify(PeerFile.Message(message), [], policy));
        Fails("log is not in", () => proof.Verify(PeerFile.Message(message), [PeerFile.Key("submitter")], Policy));
    }

    [Fact]
    public async Task Every_part_of_a_proof_is_verified()
    {
        SigsumProof good = await MakeAsync(8);
        Verify(good);
        CosignedTreeHead head = good.TreeHead;
        SignedTreeHead signed = head.SignedTreeHead;
        InclusionProof inclusion = good.InclusionProof;
        Fails("log is not in the policy", () => Verify(good with { LogKeyHash = default }));
        Fails("submitter keys", () => Verify(good with { SubmitterKeyHash = default }));
        Fails("submitter's signature", () => Verify(good with { LeafSignature = default }));
        Fails("log's signature", () => Verify(good with
        {
            TreeHead = head with { SignedTreeHead = signed with { Signature = default } },
        }));
        Fails("log's signature", () => Verify(good with
        {
            TreeHead = head with { SignedTreeHead = signed with { TreeHead = signed.TreeHead with { Size = 9 } } },
        }));
        Fails("1 not valid", () => Verify(good with
        {
            TreeHead = head with { Cosignatures = [head.Cosignatures[0] with { Timestamp = 2 }] },
        }));
        Fails("0 valid and 0 not valid", () => Verify(good with { TreeHead = head with { Cosignatures = [] } }));
        Fails("inclusion proof", () => Verify(good with { InclusionProof = inclusion with { LeafIndex = 4 } }));
        Fails("inclusion proof", () => Verify(good with { InclusionProof = inclusion with { LeafIndex = 8 } }));
        ImmutableArray<Hash> shorter = inclusion.Path[..^1];
        Fails("inclusion proof", () => Verify(good with { InclusionProof = inclusion with { Path = shorter } }));
        Fails("inclusion proof", () => Verify(good with
        {
            InclusionProof = inclusion with { Path = [.. shorter, default] },
        }));
        Verify(good with { ShortChecksum = 0x1234 }, "short checksum");
    }

    [Fact]
    public async Task In_a_tree_of_size_1_the_root_is_the_leaf()
    {
        SigsumProof good = await MakeAsync(1);
        Verify(good);
        var writer = new ArrayBufferWriter<byte>();
        good.Write(writer);
        Assert.DoesNotContain("leaf_index", Encoding.ASCII.GetString(writer.WrittenSpan), StringComparison.Ordinal);
        Assert.Equal(good, SigsumProof.Parse(writer.WrittenSpan));
        Fails("inclusion proof", () => Verify(good with { InclusionProof = new InclusionProof(0, [Message]) }));
        var other = new TreeHead(1, Hash.Sha256("other"u8));
        SigsumProof wrong = good with { TreeHead = await CosignAsync(other) };
        Fails("inclusion proof", () => Verify(wrong));
    }

    [Fact]
    public async Task Unknown_witnesses_do_not_count_and_do_no_harm()
    {
        SigsumProof good = await MakeAsync(3);
        TreeHead head = good.TreeHead.SignedTreeHead.TreeHead;
        string origin = SigsumOrigin.ForLog(_log.PublicKey);
        Cosignature unknown = await Cosignature.SignAsync(head, origin, _submitter, 5, Cancel);
        Cosignature known = good.TreeHead.Cosignatures[0];
        Verify(good with { TreeHead = good.TreeHead with { Cosignatures = [unknown, known] } });
        Fails("not enough", () => Verify(good with { TreeHead = good.TreeHead with { Cosignatures = [unknown] } }));

        // The unknown witness's signature under the known one's name.
        Fails("not enough", () => Verify(good with
        {
            TreeHead = good.TreeHead with { Cosignatures = [unknown with { KeyHash = known.KeyHash }] },
        }));
    }

    [Fact]
    public async Task A_vkey_of_another_origin_is_not_a_Sigsum_log()
    {
        SigsumProof good = await MakeAsync(3);
        foreach (string name in (string[])[SigsumOrigin.ForLog(_log.PublicKey), "log.example"])
        {
            var vkey = VerifierKey.Create(name, NoteSignatureType.Ed25519, _log.PublicKey);
            var policy = TrustPolicy.Parse(Encoding.ASCII.GetBytes($"log {vkey}\nquorum none\n"));
            void Check() => good.Verify(Message, [_submitter.PublicKey], policy);
            if (name == "log.example")
                Fails("another origin", Check);
            else
                Check();
        }
    }

    [Fact]
    public void Version_1_has_a_short_checksum_that_is_compared()
    {
        Hash message = PeerFile.Message("message-5");
        string checksum = Hash.Sha256(message.AsSpan()).ToString()[..4];
        string version1 = PeerFile.Text("proof-size-5").Replace("version=2", "version=1", StringComparison.Ordinal)
            .Replace("leaf=", $"leaf={checksum} ", StringComparison.Ordinal);
        var policy = TrustPolicy.Parse(PeerFile.Bytes("policy"));
        SigsumProof proof = SigsumProof.Parse(Encoding.ASCII.GetBytes(version1));
        proof.Verify(message, [PeerFile.Key("submitter")], policy);
        Fails("short checksum", () => proof.Verify(Message, [PeerFile.Key("submitter")], policy));
        var writer = new ArrayBufferWriter<byte>();
        proof.Write(writer);
        Assert.Equal(PeerFile.Text("proof-size-5"), Encoding.ASCII.GetString(writer.WrittenSpan));
        foreach (string bad in (string[])["abc", "abcde", "", "wxyz"])
        {
            Assert.Throws<SigsumFormatException>(() => SigsumProof.Parse(Encoding.ASCII.GetBytes(
                version1.Replace($"leaf={checksum}", "leaf=" + bad, StringComparison.Ordinal))));
        }
    }

    [Theory]
    [InlineData("version=2", "version=3")]
    [InlineData("version=2", "version=0")]
    [InlineData("version=2", "version=1")] // without the short checksum
    [InlineData("size=5", "size=0")]
    [InlineData("size=5", "size=1")] // with an inclusion proof
    [InlineData("\n\nleaf_index", "\nleaf_index")]
    public void The_parts_must_fit_together(string from, string to) =>
        Assert.Throws<SigsumFormatException>(() => SigsumProof.Parse(Encoding.ASCII.GetBytes(
            PeerFile.Text("proof-size-5").Replace(from, to, StringComparison.Ordinal))));

    private static void Fails(string message, Action action) =>
        Assert.Contains(message, Assert.Throws<ProofVerificationException>(action).Message, StringComparison.Ordinal);

    private void Verify(SigsumProof proof) => proof.Verify(Message, [_submitter.PublicKey], Policy);

    private void Verify(SigsumProof proof, string failure) => Fails(failure, () => Verify(proof));

    /// <summary>The leaf is the last but two of the tree, or the first.</summary>
    private async Task<SigsumProof> MakeAsync(int size)
    {
        Leaf leaf = await Leaf.SignAsync(Message, _submitter, Cancel);
        int index = Math.Max(0, size - 3);
        Hash[] hashes = [.. Enumerable.Range(0, size).Select(i => Hash.Sha256([(byte)i]))];
        hashes[index] = leaf.LeafHash();
        var nodes = new LeafHashes(hashes);
        var head = new TreeHead((ulong)size, ProofBuilder.Root((ulong)size, nodes));
        InclusionProof inclusion = ProofBuilder.Inclusion((ulong)index, (ulong)size, nodes);
        return SigsumProof.Create(_log.PublicKey, leaf, await CosignAsync(head), inclusion);
    }

    private async Task<CosignedTreeHead> CosignAsync(TreeHead head) => new(
        await SignedTreeHead.SignAsync(head, _log, Cancel),
        [await Cosignature.SignAsync(head, SigsumOrigin.ForLog(_log.PublicKey), _witness, 1, Cancel)]);

    private sealed class LeafHashes(Hash[] hashes) : INodeReader
    {
        public Hash ReadNode(NodeId id) => id.Level == 0
            ? hashes[id.Index]
            : Rfc6962.HashNode(
                ReadNode(new NodeId(id.Level - 1, id.Index * 2)),
                ReadNode(new NodeId(id.Level - 1, (id.Index * 2) + 1)));
    }
}
