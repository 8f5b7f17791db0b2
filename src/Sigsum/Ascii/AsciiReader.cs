using System.Text;
using Sigsum.Crypto;

namespace Sigsum.Ascii;

/// <summary>
/// Reads the line format of the Sigsum protocols (log.md section 2.2.1), strictly: <c>key=value</c> lines in a given
/// order, each ended by one <c>'\n'</c> (a carriage return is part of the value, and so an error).
/// </summary>
/// <remarks>
/// Nothing is allocated for well-formed input. Every error is a <see cref="SigsumFormatException"/> whose message gives
/// the line number, the key and what was expected, and never repeats the input.
/// </remarks>
public ref struct AsciiReader
{
    private ReadOnlySpan<byte> _rest;

    /// <summary>Starts at the first byte of the input.</summary>
    public AsciiReader(ReadOnlySpan<byte> input) => _rest = input;

    /// <summary>The number of the line read last; 0 before the first.</summary>
    public int LineNumber { get; private set; }

    /// <summary>Whether all input has been read.</summary>
    public readonly bool AtEnd => _rest.IsEmpty;

    /// <summary>What has not been read yet.</summary>
    internal readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>Reads a line that holds a decimal number of at most 2^63 - 1.</summary>
    /// <param name="key">The key that the line must have.</param>
    public ulong ReadUInt64(scoped ReadOnlySpan<byte> key)
    {
        ReadOnlySpan<byte> value = ReadValue(key);
        return Decimal63.TryParse(value, out ulong number) ? number : throw Expected(key, Decimal63.Expectation);
    }

    /// <summary>Reads a line that holds a hash in hex.</summary>
    /// <param name="key">The key that the line must have.</param>
    public Hash ReadHash(scoped ReadOnlySpan<byte> key)
    {
        Bytes32 bytes = default;
        ReadHex(key, bytes);
        return new Hash(bytes);
    }

    /// <summary>Reads a line that holds a public key in hex.</summary>
    /// <param name="key">The key that the line must have.</param>
    public PublicKey ReadPublicKey(scoped ReadOnlySpan<byte> key)
    {
        Bytes32 bytes = default;
        ReadHex(key, bytes);
        return new PublicKey(bytes);
    }

    /// <summary>Reads a line that holds a signature in hex.</summary>
    /// <param name="key">The key that the line must have.</param>
    public Signature ReadSignature(scoped ReadOnlySpan<byte> key)
    {
        Bytes64 bytes = default;
        ReadHex(key, bytes);
        return new Signature(bytes);
    }

    /// <summary>Reads a line that holds any text, also none.</summary>
    /// <param name="key">The key that the line must have.</param>
    /// <returns>The bytes after the first <c>'='</c>; which of them make sense is for the caller to check.</returns>
    public ReadOnlySpan<byte> ReadText(scoped ReadOnlySpan<byte> key) => ReadValue(key);

    /// <summary>Reads a line whose value is several fields with one space between them.</summary>
    /// <param name="key">The key that the line must have.</param>
    /// <param name="count">The number of fields, at least 1.</param>
    public AsciiValues ReadValues(ReadOnlySpan<byte> key, int count)
    {
        ReadOnlySpan<byte> value = ReadValue(key);
        int found = value.Count((byte)' ') + 1;
        return found == count
            ? new AsciiValues(value, key, LineNumber)
            : throw Expected(key, $"{count} fields with one space between them");
    }

    /// <summary>Reads the next line if it is empty.</summary>
    /// <returns>Whether it was; if not, or at the end, nothing is read.</returns>
    public bool TryReadEmptyLine()
    {
        if (_rest.IsEmpty || _rest[0] != (byte)'\n')
            return false;
        _rest = _rest[1..];
        LineNumber++;
        return true;
    }

    /// <summary>Reads a line that must be empty.</summary>
    public void ReadEmptyLine()
    {
        if (!TryReadEmptyLine())
            throw new SigsumFormatException($"line {LineNumber + 1}: expected an empty line");
    }

    /// <summary>Checks that all input has been read.</summary>
    public readonly void ExpectEnd()
    {
        if (!AtEnd)
            throw new SigsumFormatException($"line {LineNumber + 1}: expected the end, found more data");
    }

    /// <summary>Reads a whole line, whatever is in it.</summary>
    /// <param name="what">What the line should be, for the error message.</param>
    /// <returns>The line without its <c>'\n'</c>.</returns>
    internal ReadOnlySpan<byte> ReadLine(string what)
    {
        int length = _rest.IndexOf((byte)'\n');
        if (length < 0)
        {
            throw new SigsumFormatException(_rest.IsEmpty
                ? $"line {LineNumber + 1}: expected {what}, found the end"
                : $"line {LineNumber + 1}: expected {what}, found a line that does not end in a newline");
        }

        ReadOnlySpan<byte> line = _rest[..length];
        _rest = _rest[(length + 1)..];
        LineNumber++;
        return line;
    }

    private ReadOnlySpan<byte> ReadValue(scoped ReadOnlySpan<byte> key)
    {
        int length = _rest.IndexOf((byte)'\n');
        if (length <= key.Length || !_rest.StartsWith(key) || _rest[key.Length] != (byte)'=')
            throw WrongLine(key, length);
        ReadOnlySpan<byte> value = _rest[(key.Length + 1)..length];
        _rest = _rest[(length + 1)..];
        LineNumber++;
        return value;
    }

    private void ReadHex(scoped ReadOnlySpan<byte> key, scoped Span<byte> destination)
    {
        ReadOnlySpan<byte> value = ReadValue(key);
        if (!Hex.TryDecode(value, destination))
            throw Expected(key, Hex.Expectation(destination.Length));
    }

    private readonly SigsumFormatException Expected(scoped ReadOnlySpan<byte> key, string what) =>
        AsciiValues.Expected(LineNumber, key, what);

    private readonly SigsumFormatException WrongLine(scoped ReadOnlySpan<byte> key, int length)
    {
        string found = _rest.IsEmpty ? "the end"
            : length < 0 ? "a line that does not end in a newline"
            : length == 0 ? "an empty line"
            : "another line";
        return new SigsumFormatException(
            $"line {LineNumber + 1}: expected \"{Encoding.ASCII.GetString(key)}=...\", found {found}");
    }
}
