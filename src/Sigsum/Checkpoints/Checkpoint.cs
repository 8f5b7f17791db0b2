using System.Buffers;
using System.Text;
using Sigsum.Ascii;
using Sigsum.Crypto;
using Sigsum.Messages;

namespace Sigsum.Checkpoints;

/// <summary>
/// A log's signed tree head as a note (C2SP tlog-checkpoint, signed-note): three lines of text, an empty line, and
/// signature lines, of which only the log's own is kept: the one whose key name is the origin.
/// </summary>
/// <remarks>Sigsum logs have no extension lines, so checkpoints with them are rejected.</remarks>
/// <param name="Origin">The name of the log's identity, see <see cref="SigsumOrigin.ForLog"/>.</param>
/// <param name="TreeHead">Size and root.</param>
/// <param name="KeyId">The key id on the log's signature line.</param>
/// <param name="Signature">The log's signature over <see cref="Body"/>.</param>
public sealed record Checkpoint(string Origin, TreeHead TreeHead, KeyId KeyId, Signature Signature)
{
    /// <summary>
    /// The media type of a witness's answer 409: its size in decimal and a newline (C2SP tlog-witness).
    /// </summary>
    public const string TreeSizeContentType = "text/x.tlog.size";

    /// <summary>Reads a checkpoint with at most 16 signature lines. Verifies no signature.</summary>
    /// <param name="input">The whole checkpoint.</param>
    /// <exception cref="SigsumFormatException">
    /// It is malformed, or does not have exactly one Ed25519 signature line with the origin as its key name.
    /// </exception>
    public static Checkpoint Parse(ReadOnlySpan<byte> input)
    {
        var reader = new AsciiReader(input);
        return ReadFrom(ref reader);
    }

    /// <summary>The signed text: origin, size and root hash in base64, each line ended by a newline.</summary>
    /// <param name="origin">Not empty, no control characters.</param>
    /// <param name="treeHead">Size at most 2^63 - 1.</param>
    /// <exception cref="ArgumentException">An argument cannot be written as such a line.</exception>
    public static byte[] Body(string origin, TreeHead treeHead) => NoteText.Body(origin, treeHead);

    /// <summary>The checkpoint form of a Sigsum log's signed tree head: the same signature serves both.</summary>
    /// <param name="head">Signed by the log.</param>
    /// <param name="logKey">The log's key.</param>
    public static Checkpoint FromSignedTreeHead(SignedTreeHead head, in PublicKey logKey)
    {
        string origin = SigsumOrigin.ForLog(logKey);
        var keyId = KeyId.Create(origin, NoteSignatureType.Ed25519, logKey);
        return new Checkpoint(origin, head.TreeHead, keyId, head.Signature);
    }

    /// <summary>Writes the checkpoint with the log's signature line.</summary>
    /// <param name="writer">Where it goes.</param>
    /// <exception cref="ArgumentException">The origin is not a valid key name.</exception>
    public void Write(IBufferWriter<byte> writer)
    {
        writer.Write(Body(Origin, TreeHead));
        writer.WriteEmptyLine();
        NoteSignature.Write(writer, Origin, KeyId, Signature.AsSpan());
    }

    /// <summary>Whether key id and signature are those of the log with this key, under this origin.</summary>
    /// <param name="logKey">The log's key.</param>
    public bool Verify(in PublicKey logKey) =>
        KeyId == KeyId.Create(Origin, NoteSignatureType.Ed25519, logKey)
        && Ed25519.Verify(logKey, Body(Origin, TreeHead), Signature);

    /// <summary>Reads to the end.</summary>
    internal static Checkpoint ReadFrom(ref AsciiReader reader)
    {
        ReadOnlySpan<byte> line = reader.ReadLine("an origin");
        if (line.IsEmpty || !KeyName.IsText(line))
            throw Expected(reader.LineNumber, "an origin, UTF-8 without control characters");
        string origin = Encoding.UTF8.GetString(line);
        line = reader.ReadLine("the tree size");
        if (!Decimal63.TryParse(line, out ulong size))
            throw Expected(reader.LineNumber, "the tree size, " + Decimal63.Expectation);
        line = reader.ReadLine("the root hash");
        Hash root = StrictBase64.ReadHash(line, reader.LineNumber);
        reader.ReadEmptyLine();
        (KeyId keyId, Signature signature) = ReadLogSignature(ref reader, origin);
        return new Checkpoint(origin, new TreeHead(size, root), keyId, signature);
    }

    private static (KeyId KeyId, Signature Signature) ReadLogSignature(ref AsciiReader reader, string origin)
    {
        (KeyId, Signature)? found = null;
        Bytes64 bytes = default;
        for (int count = 1; !reader.AtEnd; count++)
        {
            NoteSignature line = NoteSignature.ReadFrom(ref reader);
            if (count > NoteSignature.MaxLines)
                throw Expected(reader.LineNumber, $"at most {NoteSignature.MaxLines} signature lines");

            // Anything else is of a key that is not the log's, or of a kind that is not ours: to be ignored.
            if (line.Name != origin || !line.TryDecode(out KeyId keyId, bytes))
                continue;
            if (found is not null)
                throw Expected(reader.LineNumber, "only one signature line of the log");
            found = (keyId, new Signature(bytes));
        }

        return found ?? throw Expected(reader.LineNumber + 1, "a signature line of the log, named as the origin");
    }

    private static SigsumFormatException Expected(int line, string what) => new($"line {line}: expected {what}");
}
