using System.Buffers;
using System.Collections.Immutable;
using Sigsum.Ascii;
using Sigsum.Crypto;

namespace Sigsum.Messages;

/// <summary>
/// The answer to get-inclusion-proof (log.md section 3.2): where a leaf is, and the path to the root.
/// </summary>
/// <param name="LeafIndex">The leaf's index, from 0.</param>
/// <param name="Path">
/// Sibling hashes, that of the leaf first; at most 63. Empty only for the tree of size 1, whose proof is never sent.
/// </param>
public sealed record InclusionProof(ulong LeafIndex, ImmutableArray<Hash> Path)
{
    /// <summary>Sibling hashes, that of the leaf first; at most 63.</summary>
    public ImmutableArray<Hash> Path { get; init; } = Path.IsDefault ? [] : Path;

    /// <summary>Reads an answer. Does not verify the proof.</summary>
    /// <param name="input">The whole answer.</param>
    /// <exception cref="SigsumFormatException">It is malformed, or has no hash, or more than 63.</exception>
    public static InclusionProof Parse(ReadOnlySpan<byte> input)
    {
        var reader = new AsciiReader(input);
        return ReadFrom(ref reader);
    }

    /// <summary>Writes the answer.</summary>
    /// <param name="writer">Where it goes.</param>
    public void Write(IBufferWriter<byte> writer)
    {
        writer.WriteLine("leaf_index"u8, LeafIndex);
        ProofPath.Write(writer, Path);
    }

    /// <summary>Whether index and path are the same.</summary>
    public bool Equals(InclusionProof? other) =>
        other is not null && LeafIndex == other.LeafIndex && Path.AsSpan().SequenceEqual(other.Path.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(LeafIndex, Path.Length, Path.FirstOrDefault());

    /// <summary>Reads to the end.</summary>
    internal static InclusionProof ReadFrom(ref AsciiReader reader)
    {
        ulong index = reader.ReadUInt64("leaf_index"u8);
        return new InclusionProof(index, ProofPath.ReadFrom(ref reader));
    }
}
