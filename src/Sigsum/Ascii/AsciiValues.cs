using System.Text;
using Sigsum.Crypto;

namespace Sigsum.Ascii;

/// <summary>The fields of one line of several values, read from left to right.</summary>
/// <remarks><see cref="AsciiReader.ReadValues"/> has counted them; each is to be read exactly once, in order.</remarks>
public ref struct AsciiValues
{
    private readonly ReadOnlySpan<byte> _key;
    private readonly int _line;
    private ReadOnlySpan<byte> _rest;

    internal AsciiValues(ReadOnlySpan<byte> value, ReadOnlySpan<byte> key, int line)
    {
        _rest = value;
        _key = key;
        _line = line;
    }

    /// <summary>Reads the next field as a decimal number of at most 2^63 - 1.</summary>
    /// <param name="what">The meaning of the field, for the error message.</param>
    /// <exception cref="SigsumFormatException">It is not one.</exception>
    public ulong ReadUInt64(string what) =>
        Decimal63.TryParse(Next(), out ulong number) ? number : throw Fail(what, Decimal63.Expectation);

    /// <summary>Reads the next field as a hash in hex.</summary>
    /// <param name="what">The meaning of the field, for the error message.</param>
    /// <exception cref="SigsumFormatException">It is not one.</exception>
    public Hash ReadHash(string what)
    {
        Bytes32 bytes = default;
        ReadHex(bytes, what);
        return new Hash(bytes);
    }

    /// <summary>Reads the next field as a signature in hex.</summary>
    /// <param name="what">The meaning of the field, for the error message.</param>
    /// <exception cref="SigsumFormatException">It is not one.</exception>
    public Signature ReadSignature(string what)
    {
        Bytes64 bytes = default;
        ReadHex(bytes, what);
        return new Signature(bytes);
    }

    /// <summary>Reads the next field as hex of as many bytes as the destination has.</summary>
    internal void ReadHex(scoped Span<byte> destination, string what)
    {
        if (!Hex.TryDecode(Next(), destination))
            throw Fail(what, Hex.Expectation(destination.Length));
    }

    internal static SigsumFormatException Expected(int line, ReadOnlySpan<byte> key, string what) =>
        new($"line {line}: the value of \"{Encoding.ASCII.GetString(key)}\" must be {what}");

    private readonly SigsumFormatException Fail(string field, string what) =>
        Expected(_line, _key, $"{what} ({field})");

    private ReadOnlySpan<byte> Next()
    {
        int length = _rest.IndexOf((byte)' ');
        if (length < 0)
        {
            ReadOnlySpan<byte> last = _rest;
            _rest = default;
            return last;
        }

        ReadOnlySpan<byte> field = _rest[..length];
        _rest = _rest[(length + 1)..];
        return field;
    }
}
