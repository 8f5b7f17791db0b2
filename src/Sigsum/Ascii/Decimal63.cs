using System.Buffers.Text;

namespace Sigsum.Ascii;

/// <summary>
/// Decimal numbers as the Sigsum formats write them (log.md section 2.2.1): <c>0|[1-9][0-9]*</c>, at most 2^63 - 1.
/// </summary>
public static class Decimal63
{
    /// <summary>The largest number that may be written: 2^63 - 1.</summary>
    public const ulong MaxValue = long.MaxValue;

    /// <summary>The number of digits of <see cref="MaxValue"/>.</summary>
    public const int MaxDigits = 19;

    internal const string Expectation = "a decimal number below 2^63 without sign or leading zeros";

    /// <summary>Reads a number.</summary>
    /// <param name="ascii">The digits and nothing else.</param>
    /// <exception cref="SigsumFormatException">Any other spelling, or a number above 2^63 - 1.</exception>
    public static ulong Parse(ReadOnlySpan<byte> ascii) =>
        TryParse(ascii, out ulong value) ? value : throw new SigsumFormatException($"expected {Expectation}");

    /// <inheritdoc cref="Parse(ReadOnlySpan{byte})"/>
    public static ulong Parse(ReadOnlySpan<char> ascii) =>
        TryParse(ascii, out ulong value) ? value : throw new SigsumFormatException($"expected {Expectation}");

    /// <summary>Reads a number, without an exception for what is not one.</summary>
    /// <param name="ascii">The digits and nothing else.</param>
    /// <param name="value">The number, or 0.</param>
    public static bool TryParse(ReadOnlySpan<byte> ascii, out ulong value)
    {
        value = 0;
        if (ascii.IsEmpty || ascii.Length > MaxDigits || (ascii.Length > 1 && ascii[0] == (byte)'0'))
        {
            return false;
        }

        // 19 digits are at most 10^19 - 1, which fits an unsigned 64-bit number: no overflow to look for.
        ulong sum = 0;
        foreach (byte c in ascii)
        {
            uint digit = (uint)c - '0';
            if (digit > 9)
                return false;
            sum = (sum * 10) + digit;
        }

        if (sum > MaxValue)
            return false;
        value = sum;
        return true;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{byte}, out ulong)"/>
    public static bool TryParse(ReadOnlySpan<char> ascii, out ulong value)
    {
        value = 0;
        Span<byte> bytes = stackalloc byte[MaxDigits];
        return ascii.Length <= MaxDigits
            && System.Text.Ascii.FromUtf16(ascii, bytes, out int length) == System.Buffers.OperationStatus.Done
            && TryParse(bytes[..length], out value);
    }

    /// <summary>Writes a number; the destination must have room for <see cref="MaxDigits"/> digits.</summary>
    internal static int Format(ulong value, Span<byte> destination)
    {
        // Beyond this range no reader would accept what is written: a mistake of the caller, not of a peer.
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MaxValue);
        bool fits = Utf8Formatter.TryFormat(value, destination, out int written);
        return fits ? written : throw new ArgumentException("the destination is too small", nameof(destination));
    }
}
