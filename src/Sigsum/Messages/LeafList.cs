using System.Buffers;
using Sigsum.Ascii;
using Sigsum.Crypto;

namespace Sigsum.Messages;

/// <summary>
/// The answer to get-leaves: one line <c>leaf=checksum signature key_hash</c> per leaf (log.md section 3.4).
/// </summary>
public static class LeafList
{
    /// <summary>Size in bytes of a line with its newline: every leaf has the same.</summary>
    public const int LineSize = 5 + (Hash.Size * 2) + 1 + (Signature.Size * 2) + 1 + (Hash.Size * 2) + 1;

    /// <summary>Writes the leaves.</summary>
    /// <param name="writer">Where the lines go.</param>
    /// <param name="leaves">The leaves in the order of their index.</param>
    public static void Write(IBufferWriter<byte> writer, ReadOnlySpan<Leaf> leaves)
    {
        foreach (ref readonly Leaf leaf in leaves)
        {
            var line = new LineWriter(writer, LineSize);
            line.Text("leaf="u8);
            line.Hex(leaf.Checksum);
            line.Text((byte)' ');
            line.Hex(leaf.Signature);
            line.Text((byte)' ');
            line.Hex(leaf.KeyHash);
            line.End();
        }
    }

    /// <summary>Reads the leaves.</summary>
    /// <param name="input">The whole answer.</param>
    /// <param name="maxCount">The number of leaves that were asked for; more are an error, and so are none.</param>
    /// <exception cref="SigsumFormatException">The answer is malformed, empty or too long.</exception>
    public static List<Leaf> Parse(ReadOnlySpan<byte> input, int maxCount)
    {
        // All lines have one length, so the size of the list is known, and bounded by what was received.
        var leaves = new List<Leaf>(Math.Min(maxCount, input.Length / LineSize));
        var reader = new AsciiReader(input);
        do
        {
            if (leaves.Count >= maxCount)
                throw new SigsumFormatException($"line {reader.LineNumber + 1}: expected at most {maxCount} leaves");
            AsciiValues values = reader.ReadValues("leaf"u8, 3);
            leaves.Add(new Leaf(
                values.ReadHash("checksum"), values.ReadSignature("signature"), values.ReadHash("key hash")));
        }
        while (!reader.AtEnd);

        return leaves;
    }
}
