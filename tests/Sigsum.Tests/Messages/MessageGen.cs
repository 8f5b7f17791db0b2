using System.Collections.Immutable;
using CsCheck;
using Sigsum.Ascii;
using Sigsum.Checkpoints;
using Sigsum.Crypto;
using Sigsum.Messages;
using Sigsum.Proofs;
using Hash = Sigsum.Crypto.Hash;

namespace Sigsum.Tests.Messages;

/// <summary>Generators of well-formed messages; signatures are any 64 bytes.</summary>
internal static class MessageGen
{
    public static readonly Gen<Hash> Hash = Gen.Byte.Array[32].Select(bytes => new Hash(bytes));

    public static readonly Gen<PublicKey> PublicKey = Gen.Byte.Array[32].Select(bytes => new PublicKey(bytes));

    public static readonly Gen<Signature> Signature = Gen.Byte.Array[64].Select(bytes => new Signature(bytes));

    /// <summary>All magnitudes, with the borders more often than chance would have it.</summary>
    public static readonly Gen<ulong> Number = Gen.Frequency(
        (4, Gen.ULong[0, Decimal63.MaxValue]),
        (4, Gen.ULong[0, 1000]),
        (1, Gen.OneOf(0UL, 1UL, Decimal63.MaxValue - 1, Decimal63.MaxValue)));

    public static readonly Gen<Leaf> Leaf =
        Gen.Select(Hash, Signature, Hash, (checksum, signature, key) => new Leaf(checksum, signature, key));

    public static readonly Gen<AddLeafRequest> AddLeaf = Gen.Select(
        Hash, Signature, PublicKey, (message, signature, key) => new AddLeafRequest(message, signature, key));

    public static readonly Gen<TreeHead> TreeHead = Gen.Select(Number, Hash, (size, root) => new TreeHead(size, root));

    public static readonly Gen<SignedTreeHead> SignedTreeHead =
        Gen.Select(TreeHead, Signature, (head, signature) => new SignedTreeHead(head, signature));

    public static readonly Gen<Cosignature> Cosignature = Gen.Select(
        Hash, Number, Signature, (key, time, signature) => new Cosignature(key, time, signature));

    public static readonly Gen<CosignedTreeHead> CosignedTreeHead = Gen.Select(
        SignedTreeHead, Cosignature.Array[0, 5], (head, cosignatures) => new CosignedTreeHead(head, [.. cosignatures]));

    public static readonly Gen<InclusionProof> InclusionProof =
        Gen.Select(Number, Path(1), (index, path) => new InclusionProof(index, path));

    public static readonly Gen<ConsistencyProof> ConsistencyProof = Path(1).Select(path => new ConsistencyProof(path));

    public static readonly Gen<string> KeyName = Gen.OneOf(
        "sigsum.org/v1/tree/44ad38f8226ff9bd27629a41e55df727308d0a1cd8a2c31d3170048ac1dd22a1",
        "example.com/behind-the-sofa", "x", "grüße.example/ключ", "a=b", "—");

    public static readonly Gen<KeyId> KeyId = Gen.UInt.Select(id => new KeyId(id));

    public static readonly Gen<Checkpoint> Checkpoint = Gen.Select(
        KeyName, TreeHead, KeyId, Signature, (name, head, id, signature) => new Checkpoint(name, head, id, signature));

    public static readonly Gen<CosignatureLine> CosignatureLine = Gen.Select(
        KeyName, KeyId, Number, Signature, (name, id, time, value) => new CosignatureLine(name, id, time, value));

    public static readonly Gen<AddCheckpointRequest> AddCheckpoint = Gen.Select(
        Gen.Double[0, 1], Path(0), Checkpoint, (part, path, checkpoint) => new AddCheckpointRequest(
            (ulong)(part * Math.Min(checkpoint.TreeHead.Size, 1UL << 50)), new ConsistencyProof(path), checkpoint));

    public static readonly Gen<SigsumProof> Proof =
        Gen.Select(Hash, Hash, Signature, CosignedTreeHead, InclusionProof, MakeProof);

    private static Gen<ImmutableArray<Hash>> Path(int min) =>
        Hash.Array[min, 63].Select(path => ImmutableArray.Create(path));

    private static SigsumProof MakeProof(
        Hash log, Hash submitter, Signature signature, CosignedTreeHead head, InclusionProof inclusion)
    {
        SignedTreeHead signed = head.SignedTreeHead;
        ulong size = Math.Max(1, signed.TreeHead.Size);
        return new SigsumProof(
            log,
            submitter,
            signature,
            head with { SignedTreeHead = signed with { TreeHead = signed.TreeHead with { Size = size } } },
            size == 1 ? new InclusionProof(0, []) : inclusion);
    }
}
