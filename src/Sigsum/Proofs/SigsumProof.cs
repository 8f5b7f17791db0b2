using System.Buffers;
using System.Collections.Immutable;
using Sigsum.Ascii;
using Sigsum.Crypto;
using Sigsum.Merkle;
using Sigsum.Messages;
using Sigsum.Policy;

namespace Sigsum.Proofs;

/// <summary>
/// A proof of logging (sigsum-go doc/sigsum-proof.md): all that a verifier needs besides the message, the submitter's
/// key and a policy. Versions 1 and 2 are read, version 2 is written.
/// </summary>
/// <param name="LogKeyHash">SHA-256 of the log's key.</param>
/// <param name="SubmitterKeyHash">SHA-256 of the submitter's key.</param>
/// <param name="LeafSignature">The submitter's signature of the leaf.</param>
/// <param name="TreeHead">The log's tree head, with the witnesses' cosignatures.</param>
/// <param name="InclusionProof">Where the leaf is. In a tree of size 1: index 0 and no path.</param>
public sealed record SigsumProof(
    Hash LogKeyHash,
    Hash SubmitterKeyHash,
    Signature LeafSignature,
    CosignedTreeHead TreeHead,
    InclusionProof InclusionProof)
{
    /// <summary>The version that is written.</summary>
    public const int Version = 2;

    /// <summary>
    /// The first 16 bits of the checksum, if the proof was read from version 1, else null. Compared by
    /// <see cref="Verify"/> to tell that a proof belongs to other data; not written.
    /// </summary>
    public ushort? ShortChecksum { get; init; }

    /// <summary>Puts a proof together from what the log answered.</summary>
    /// <param name="logKey">The log's key.</param>
    /// <param name="leaf">The leaf that was submitted.</param>
    /// <param name="treeHead">A tree head that covers it.</param>
    /// <param name="inclusionProof">For that tree head; for a tree of size 1 index 0 and no path.</param>
    public static SigsumProof Create(
        in PublicKey logKey, Leaf leaf, CosignedTreeHead treeHead, InclusionProof inclusionProof) =>
        new(logKey.KeyHash(), leaf.KeyHash, leaf.Signature, treeHead, inclusionProof);

    /// <summary>Reads a proof of version 1 or 2. Verifies nothing.</summary>
    /// <param name="input">The whole proof.</param>
    /// <exception cref="SigsumFormatException">It is malformed, of another version, or for an empty tree.</exception>
    public static SigsumProof Parse(ReadOnlySpan<byte> input)
    {
        var reader = new AsciiReader(input);
        ulong version = reader.ReadUInt64("version"u8);
        if (version is not (1 or 2))
            throw new SigsumFormatException("line 1: the version must be 1 or 2");
        Hash logKeyHash = reader.ReadHash("log"u8);
        AsciiValues leaf = reader.ReadValues("leaf"u8, version == 1 ? 3 : 2);
        ushort? shortChecksum = version == 1 ? ReadShortChecksum(ref leaf) : null;
        Hash submitter = leaf.ReadHash("key hash");
        Signature signature = leaf.ReadSignature("signature");
        reader.ReadEmptyLine();
        CosignedTreeHead treeHead = CosignedTreeHead.ReadFrom(ref reader);
        InclusionProof inclusion = ReadInclusion(ref reader, treeHead.SignedTreeHead.TreeHead.Size);
        reader.ExpectEnd();
        return new SigsumProof(logKeyHash, submitter, signature, treeHead, inclusion)
        {
            ShortChecksum = shortChecksum,
        };
    }

    /// <summary>Writes the proof in version 2.</summary>
    /// <param name="writer">Where it goes.</param>
    public void Write(IBufferWriter<byte> writer)
    {
        writer.WriteLine("version"u8, Version);
        writer.WriteLine("log"u8, LogKeyHash);
        var line = new LineWriter(writer, 5 + (Hash.Size * 2) + 1 + (Signature.Size * 2) + 1);
        line.Text("leaf="u8);
        line.Hex(SubmitterKeyHash);
        line.Text((byte)' ');
        line.Hex(LeafSignature);
        line.End();
        writer.WriteEmptyLine();
        TreeHead.Write(writer);
        if (TreeHead.SignedTreeHead.TreeHead.Size <= 1)
            return;
        writer.WriteEmptyLine();
        InclusionProof.Write(writer);
    }

    /// <summary>
    /// Verifies the proof, in the order that doc/sigsum-proof.md gives: submitter, leaf signature, log and its
    /// signature, cosignatures and quorum, inclusion.
    /// </summary>
    /// <param name="message">What was logged: 32 bytes, usually the SHA-256 hash of the data.</param>
    /// <param name="submitters">The keys that may have signed.</param>
    /// <param name="policy">The logs and witnesses to rely on.</param>
    /// <exception cref="ProofVerificationException">It does not hold; the message says what does not.</exception>
    public void Verify(Hash message, IReadOnlyCollection<PublicKey> submitters, TrustPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(submitters);
        ArgumentNullException.ThrowIfNull(policy);
        var leaf = new Leaf(Hash.Sha256(message.AsSpan()), LeafSignature, SubmitterKeyHash);
        if (ShortChecksum is { } expected && expected != ShortChecksumOf(leaf.Checksum))
            throw new ProofVerificationException("the proof is for other data: the short checksum differs");
        if (!TryFindSubmitter(submitters, out PublicKey submitter))
            throw new ProofVerificationException("the leaf is not of one of the given submitter keys");
        if (!leaf.Verify(submitter))
            throw new ProofVerificationException("the submitter's signature is not valid for this message");
        policy.Verify(LogKeyHash, TreeHead);

        TreeHead head = TreeHead.SignedTreeHead.TreeHead;
        ReadOnlySpan<Hash> path = InclusionProof.Path.AsSpan();
        if (!ProofVerifier.VerifyInclusion(leaf.LeafHash(), InclusionProof.LeafIndex, head, path))
            throw new ProofVerificationException("the inclusion proof is not valid");
    }

    private static InclusionProof ReadInclusion(ref AsciiReader reader, ulong size)
    {
        switch (size)
        {
            case 0:
                throw new SigsumFormatException("a proof of logging cannot have a tree of size 0");
            case 1:
                return new InclusionProof(0, ImmutableArray<Hash>.Empty);
            default:
                reader.ReadEmptyLine();
                return InclusionProof.ReadFrom(ref reader);
        }
    }

    private static ushort ReadShortChecksum(ref AsciiValues leaf)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        leaf.ReadHex(bytes, "short checksum");
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(bytes);
    }

    private static ushort ShortChecksumOf(in Hash checksum) =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(checksum.AsSpan());

    private bool TryFindSubmitter(IReadOnlyCollection<PublicKey> submitters, out PublicKey submitter)
    {
        foreach (PublicKey key in submitters)
        {
            submitter = key;
            if (key.KeyHash() == SubmitterKeyHash)
                return true;
        }

        submitter = default;
        return false;
    }
}
