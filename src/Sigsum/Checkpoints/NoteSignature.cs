using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Sigsum.Ascii;

namespace Sigsum.Checkpoints;

/// <summary>
/// A signature line of a note (C2SP signed-note): em dash, space, key name, space, base64 of key id and signature.
/// </summary>
internal readonly ref struct NoteSignature
{
    /// <summary>How many lines are read at most; a verifier must accept this many.</summary>
    public const int MaxLines = 16;

    private readonly ReadOnlySpan<byte> _base64;
    private readonly int _size;

    private NoteSignature(string name, ReadOnlySpan<byte> base64, int size)
    {
        Name = name;
        _base64 = base64;
        _size = size;
    }

    /// <summary>The key name.</summary>
    public string Name { get; }

    /// <summary>U+2014 and a space in UTF-8.</summary>
    private static ReadOnlySpan<byte> Dash => "\u2014 "u8;

    /// <summary>Reads the next line, of whatever kind of signature.</summary>
    /// <exception cref="SigsumFormatException">It is not a signature line.</exception>
    public static NoteSignature ReadFrom(ref AsciiReader reader)
    {
        ReadOnlySpan<byte> line = reader.ReadLine("a signature line");
        int number = reader.LineNumber;
        if (number > 0 && !line.StartsWith(Dash))
            throw new SigsumFormatException($"line {number}: expected a signature line: em dash, key name, base64");
        line = line[Dash.Length..];
        int space = line.IndexOf((byte)' ');
        if (space < 0 || !KeyName.TryDecode(line[..space], out string name))
            throw new SigsumFormatException($"line {number}: expected {KeyName.Expectation}, and base64");
        ReadOnlySpan<byte> base64 = line[(space + 1)..];

        // White space is all that the check forgives.
        if (base64.ContainsAnyInRange((byte)0, (byte)' ')
            || !Base64.IsValid(base64, out int size)
            || size <= KeyId.Size)
        {
            throw new SigsumFormatException($"line {number}: expected a signature in base64 after the key name");
        }

        return new NoteSignature(name, base64, size);
    }

    /// <summary>Decodes the line if its signature has the size of the wanted kind.</summary>
    /// <param name="keyId">The key id.</param>
    /// <param name="signature">Filled with the signature; its length is the wanted one.</param>
    /// <returns>False if this is another kind of signature.</returns>
    public bool TryDecode(out KeyId keyId, scoped Span<byte> signature)
    {
        keyId = default;
        Span<byte> bytes = stackalloc byte[KeyId.Size + signature.Length];
        if (_size != bytes.Length || !StrictBase64.TryDecode(_base64, bytes))
            return false;
        keyId = KeyId.Read(bytes);
        bytes[KeyId.Size..].CopyTo(signature);
        return true;
    }

    /// <summary>Writes a line.</summary>
    public static void Write(IBufferWriter<byte> writer, string name, KeyId keyId, ReadOnlySpan<byte> signature)
    {
        KeyName.ThrowIfInvalid(name);
        Span<byte> bytes = stackalloc byte[KeyId.Size + signature.Length];
        keyId.Write(bytes);
        signature.CopyTo(bytes[KeyId.Size..]);
        byte[] utf8 = Encoding.UTF8.GetBytes(name);
        var line = new LineWriter(
            writer, Dash.Length + utf8.Length + 2 + Base64.GetMaxEncodedToUtf8Length(bytes.Length));
        line.Text(Dash);
        line.Text(utf8);
        line.Text((byte)' ');
        line.Base64(bytes);
        line.End();
    }
}
