using System.Text;

namespace Sigsum.Log.Admission;

/// <summary>
/// The encoding of a Unicode label in ASCII (RFC 3492), without the prefix <c>xn--</c>. The base library's IdnMapping
/// answers differently with and without libicu, and maps names on the way; this does neither.
/// </summary>
internal static class Punycode
{
    /// <summary>Longest label that is worth encoding or decoding; the result must fit DNS's 63 octets anyway.</summary>
    private const int MaxLength = 63;

    // RFC 3492 section 5
    private const int Base = 36;
    private const int TMin = 1;
    private const int TMax = 26;
    private const int Skew = 38;
    private const int Damp = 700;
    private const int InitialBias = 72;
    private const int InitialN = 0x80;
    private const string Digits = "abcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>Encodes a label of valid UTF-16; null when the result cannot fit a label.</summary>
    public static string? Encode(string label)
    {
        var runes = label.EnumerateRunes().ToArray();
        if (runes.Length > MaxLength)
            return null;
        var output = new StringBuilder();
        foreach (var rune in runes.Where(rune => rune.IsAscii))
            output.Append((char)rune.Value);
        int basic = output.Length;
        int handled = basic;
        if (basic > 0)
            output.Append('-');
        int n = InitialN, delta = 0, bias = InitialBias;
        while (handled < runes.Length)
        {
            int next = runes.Where(rune => rune.Value >= n).Min(rune => rune.Value);
            // No overflow: at most 63 code points below 0x110000, each adding less than (0x110000 * 64).
            delta += (next - n) * (handled + 1);
            n = next;
            foreach (var rune in runes)
            {
                if (rune.Value < n)
                {
                    delta++;
                }
                else if (rune.Value == n)
                {
                    AppendInteger(output, delta, bias);
                    bias = Adapt(delta, handled + 1, handled == basic);
                    delta = 0;
                    handled++;
                }
            }

            delta++;
            n++;
        }

        return output.Length <= MaxLength ? output.ToString() : null;
    }

    /// <summary>Decodes; null when the text is not the encoding of anything.</summary>
    public static string? Decode(string encoded)
    {
        if (encoded.Length > MaxLength || !System.Text.Ascii.IsValid(encoded))
            return null;
        int delimiter = encoded.LastIndexOf('-');
        var runes = encoded[..Math.Max(delimiter, 0)].EnumerateRunes().ToList();
        int n = InitialN, i = 0, bias = InitialBias;
        for (int position = delimiter + 1; position < encoded.Length;)
        {
            int start = i;
            long weight = 1;
            for (int k = Base; ; k += Base)
            {
                if (position == encoded.Length)
                    return null;
                int digit = Digits.IndexOf(encoded[position++], StringComparison.Ordinal);
                long value = i + (digit * weight);
                if (digit < 0 || value > int.MaxValue)
                    return null;
                i = (int)value;
                int t = Threshold(k, bias);
                if (digit < t)
                    break;
                weight *= Base - t;
                if (weight > int.MaxValue)
                    return null;
            }

            int count = runes.Count + 1;
            bias = Adapt(i - start, count, start == 0);
            if (n + (i / count) is var value2 && !Rune.IsValid(value2))
                return null;
            n = value2;
            i %= count;
            runes.Insert(i++, new Rune(n));
        }

        var output = new StringBuilder();
        foreach (var rune in runes)
            output.Append(rune);
        return output.ToString();
    }

    private static void AppendInteger(StringBuilder output, int value, int bias)
    {
        for (int k = Base; ; k += Base)
        {
            int t = Threshold(k, bias);
            if (value < t)
                break;
            output.Append(Digits[t + ((value - t) % (Base - t))]);
            value = (value - t) / (Base - t);
        }

        output.Append(Digits[value]);
    }

    private static int Threshold(int k, int bias) => Math.Clamp(k - bias, TMin, TMax);

    private static int Adapt(int delta, int count, bool first)
    {
        delta = first ? delta / Damp : delta / 2;
        delta += delta / count;
        int k = 0;
        for (; delta > (Base - TMin) * TMax / 2; k += Base)
            delta /= Base - TMin;
        return k + ((Base - TMin + 1) * delta / (delta + Skew));
    }
}
