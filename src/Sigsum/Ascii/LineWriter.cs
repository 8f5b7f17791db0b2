using System.Buffers;
using Sigsum.Crypto;

namespace Sigsum.Ascii;

/// <summary>
/// Writes one line into the memory of an <see cref="IBufferWriter{T}"/>: one span is asked for, filled from the left,
/// and handed over by <see cref="End"/>. Nothing is allocated.
/// </summary>
internal ref struct LineWriter
{
    private readonly IBufferWriter<byte> _writer;
    private readonly Span<byte> _span;
    private int _length;

    /// <summary>Starts a line.</summary>
    /// <param name="writer">Where the line goes.</param>
    /// <param name="maxLength">An upper bound of its length with the newline, in bytes.</param>
    public LineWriter(IBufferWriter<byte> writer, int maxLength)
    {
        ArgumentNullException.ThrowIfNull(writer);
        _writer = writer;
        _span = writer.GetSpan(maxLength);
    }

    public void Text(scoped ReadOnlySpan<byte> text)
    {
        text.CopyTo(_span[_length..]);
        _length += text.Length;
    }

    public void Text(byte c) => _span[_length++] = c;

    public void Number(ulong value) => _length += Decimal63.Format(value, _span[_length..]);

    public void Hex(in Hash hash) => Hex(hash.AsSpan());

    public void Hex(in Signature signature) => Hex(signature.AsSpan());

    public void Hex(scoped ReadOnlySpan<byte> bytes)
    {
        Convert.TryToHexStringLower(bytes, _span[_length..], out int written);
        _length += written;
    }

    public void Base64(scoped ReadOnlySpan<byte> bytes)
    {
        System.Buffers.Text.Base64.EncodeToUtf8(bytes, _span[_length..], out _, out int written);
        _length += written;
    }

    /// <summary>Ends the line with a newline and gives it to the writer.</summary>
    public void End()
    {
        _span[_length++] = (byte)'\n';
        _writer.Advance(_length);
    }
}
