using System.Buffers;
using Sigsum.Crypto;

namespace Sigsum.Ascii;

/// <summary>
/// Writes the line format of the Sigsum protocols (log.md section 2.2.1) straight into the memory of an
/// <see cref="IBufferWriter{T}"/>. Hex is lower case, lines end in <c>'\n'</c>; nothing is allocated.
/// </summary>
public static class AsciiWriter
{
    /// <summary>Writes <c>key=number</c>.</summary>
    /// <param name="writer">Where the line goes.</param>
    /// <param name="key">The key, ASCII without <c>'='</c>.</param>
    /// <param name="value">At most 2^63 - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is larger.</exception>
    public static void WriteLine(this IBufferWriter<byte> writer, ReadOnlySpan<byte> key, ulong value)
    {
        var line = new LineWriter(writer, key.Length + Decimal63.MaxDigits + 2);
        line.Text(key);
        line.Text((byte)'=');
        line.Number(value);
        line.End();
    }

    /// <summary>Writes <c>key=hash</c> in hex.</summary>
    /// <param name="writer">Where the line goes.</param>
    /// <param name="key">The key, ASCII without <c>'='</c>.</param>
    /// <param name="value">The hash.</param>
    public static void WriteLine(this IBufferWriter<byte> writer, ReadOnlySpan<byte> key, in Hash value) =>
        WriteHexLine(writer, key, value.AsSpan());

    /// <summary>Writes <c>key=public key</c> in hex.</summary>
    /// <param name="writer">Where the line goes.</param>
    /// <param name="key">The key, ASCII without <c>'='</c>.</param>
    /// <param name="value">The public key.</param>
    public static void WriteLine(this IBufferWriter<byte> writer, ReadOnlySpan<byte> key, in PublicKey value) =>
        WriteHexLine(writer, key, value.AsSpan());

    /// <summary>Writes <c>key=signature</c> in hex.</summary>
    /// <param name="writer">Where the line goes.</param>
    /// <param name="key">The key, ASCII without <c>'='</c>.</param>
    /// <param name="value">The signature.</param>
    public static void WriteLine(this IBufferWriter<byte> writer, ReadOnlySpan<byte> key, in Signature value) =>
        WriteHexLine(writer, key, value.AsSpan());

    /// <summary>Writes <c>key=text</c>.</summary>
    /// <param name="writer">Where the line goes.</param>
    /// <param name="key">The key, ASCII without <c>'='</c>.</param>
    /// <param name="value">Any bytes but a newline.</param>
    /// <exception cref="ArgumentException">There is a newline in the text.</exception>
    public static void WriteText(this IBufferWriter<byte> writer, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (value.Contains((byte)'\n'))
            throw new ArgumentException("a value must not have a newline", nameof(value));
        var line = new LineWriter(writer, key.Length + value.Length + 2);
        line.Text(key);
        line.Text((byte)'=');
        line.Text(value);
        line.End();
    }

    /// <summary>Writes an empty line, which separates the parts of a message.</summary>
    /// <param name="writer">Where the line goes.</param>
    public static void WriteEmptyLine(this IBufferWriter<byte> writer) => new LineWriter(writer, 1).End();

    private static void WriteHexLine(IBufferWriter<byte> writer, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var line = new LineWriter(writer, key.Length + (value.Length * 2) + 2);
        line.Text(key);
        line.Text((byte)'=');
        line.Hex(value);
        line.End();
    }
}
