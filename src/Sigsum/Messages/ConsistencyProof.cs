using System.Buffers;
using System.Collections.Immutable;
using Sigsum.Ascii;
using Sigsum.Crypto;

namespace Sigsum.Messages;

/// <summary>
/// The answer to get-consistency-proof (log.md section 3.3): that an older tree is a prefix of a newer.
/// </summary>
/// <param name="Path">Hashes in the order of RFC 6962, closest to the leaves first; at most 63.</param>
public sealed record ConsistencyProof(ImmutableArray<Hash> Path)
{
    /// <summary>The proof between trees that need none: equal sizes, or an empty older tree.</summary>
    public static ConsistencyProof Empty { get; } = new([]);

    /// <summary>Hashes in the order of RFC 6962, closest to the leaves first; at most 63.</summary>
    public ImmutableArray<Hash> Path { get; init; } = Path.IsDefault ? [] : Path;

    /// <summary>Reads an answer. Does not verify the proof.</summary>
    /// <param name="input">The whole answer.</param>
    /// <exception cref="SigsumFormatException">It is malformed, or has no hash, or more than 63.</exception>
    public static ConsistencyProof Parse(ReadOnlySpan<byte> input)
    {
        var reader = new AsciiReader(input);
        return new ConsistencyProof(ProofPath.ReadFrom(ref reader));
    }

    /// <summary>Writes the answer.</summary>
    /// <param name="writer">Where it goes.</param>
    public void Write(IBufferWriter<byte> writer) => ProofPath.Write(writer, Path);

    /// <summary>Whether the paths are the same.</summary>
    public bool Equals(ConsistencyProof? other) =>
        other is not null && Path.AsSpan().SequenceEqual(other.Path.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Path.Length, Path.FirstOrDefault());
}
