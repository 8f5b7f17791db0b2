using System.Buffers;
using System.Collections.Immutable;
using Sigsum.Ascii;
using Sigsum.Crypto;

namespace Sigsum.Messages;

/// <summary>The hashes of a Merkle proof, as lines <c>node_hash=</c> in hex or as bare base64 lines.</summary>
internal static class ProofPath
{
    /// <summary>No tree of fewer than 2^63 leaves needs more (tlog-witness, add-checkpoint).</summary>
    public const int MaxLength = 63;

    /// <summary>Reads one or more lines, up to the end.</summary>
    public static ImmutableArray<Hash> ReadFrom(ref AsciiReader reader)
    {
        ImmutableArray<Hash>.Builder path = ImmutableArray.CreateBuilder<Hash>();
        do
        {
            ThrowIfFull(path.Count, reader.LineNumber + 1);
            path.Add(reader.ReadHash("node_hash"u8));
        }
        while (!reader.AtEnd);

        return path.DrainToImmutable();
    }

    public static void Write(IBufferWriter<byte> writer, ImmutableArray<Hash> path)
    {
        foreach (Hash hash in path)
            writer.WriteLine("node_hash"u8, hash);
    }

    /// <summary>Reads zero or more base64 lines, up to an empty line, which is read too.</summary>
    public static ImmutableArray<Hash> ReadBase64From(ref AsciiReader reader)
    {
        ImmutableArray<Hash>.Builder path = ImmutableArray.CreateBuilder<Hash>();
        while (!reader.TryReadEmptyLine())
        {
            ThrowIfFull(path.Count, reader.LineNumber + 1);
            ReadOnlySpan<byte> line = reader.ReadLine("a proof hash in base64, or an empty line");
            path.Add(StrictBase64.ReadHash(line, reader.LineNumber));
        }

        return path.DrainToImmutable();
    }

    public static void WriteBase64(IBufferWriter<byte> writer, ImmutableArray<Hash> path)
    {
        foreach (Hash hash in path)
        {
            var line = new LineWriter(writer, StrictBase64.HashLength + 1);
            line.Base64(hash.AsSpan());
            line.End();
        }
    }

    private static void ThrowIfFull(int count, int line)
    {
        if (count >= MaxLength)
            throw new SigsumFormatException($"line {line}: expected at most {MaxLength} proof hashes");
    }
}
