using System.Buffers;
using System.Collections.Immutable;
using Sigsum.Ascii;
using Sigsum.Crypto;

namespace Sigsum.Messages;

/// <summary>
/// The answer to get-tree-head (log.md section 3.1): a signed tree head, and zero or more cosignatures.
/// </summary>
/// <param name="SignedTreeHead">The log's tree head.</param>
/// <param name="Cosignatures">At most one per key hash, in the order in which they are written.</param>
public sealed record CosignedTreeHead(SignedTreeHead SignedTreeHead, ImmutableArray<Cosignature> Cosignatures)
{
    /// <summary>At most one per key hash, in the order in which they are written.</summary>
    public ImmutableArray<Cosignature> Cosignatures { get; init; } = Cosignatures.IsDefault ? [] : Cosignatures;

    /// <summary>Reads an answer. Verifies no signature.</summary>
    /// <param name="input">The whole answer.</param>
    /// <exception cref="SigsumFormatException">It is malformed, or two cosignatures have the same key hash.</exception>
    public static CosignedTreeHead Parse(ReadOnlySpan<byte> input)
    {
        var reader = new AsciiReader(input);
        CosignedTreeHead head = ReadFrom(ref reader);
        reader.ExpectEnd();
        return head;
    }

    /// <summary>Writes the answer.</summary>
    /// <param name="writer">Where it goes.</param>
    public void Write(IBufferWriter<byte> writer)
    {
        SignedTreeHead.Write(writer);
        foreach (Cosignature cosignature in Cosignatures)
            cosignature.Write(writer);
    }

    /// <summary>Whether tree head, signature and cosignatures are the same, the latter in the same order.</summary>
    public bool Equals(CosignedTreeHead? other) =>
        other is not null
        && SignedTreeHead == other.SignedTreeHead
        && Cosignatures.AsSpan().SequenceEqual(other.Cosignatures.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(SignedTreeHead, Cosignatures.Length);

    /// <summary>Reads up to the end or to an empty line, which is left to be read.</summary>
    internal static CosignedTreeHead ReadFrom(ref AsciiReader reader)
    {
        SignedTreeHead head = SignedTreeHead.ReadFrom(ref reader);
        if (reader.AtEnd)
            return new CosignedTreeHead(head, []);

        ImmutableArray<Cosignature>.Builder cosignatures = ImmutableArray.CreateBuilder<Cosignature>();
        var seen = new HashSet<Hash>();
        while (!reader.AtEnd && reader.Rest[0] != (byte)'\n')
        {
            Cosignature cosignature = Cosignature.ReadFrom(ref reader);
            if (!seen.Add(cosignature.KeyHash))
                throw new SigsumFormatException($"line {reader.LineNumber}: second cosignature with the same key hash");
            cosignatures.Add(cosignature);
        }

        return new CosignedTreeHead(head, cosignatures.DrainToImmutable());
    }
}
