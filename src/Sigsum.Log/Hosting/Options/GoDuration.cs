using System.Buffers;
using System.Globalization;
using System.Text;

namespace Sigsum.Log.Hosting;

/// <summary>
/// Durations as Go spells them, since log-go's options and files do: <c>10s</c>, <c>1m30s</c>, <c>1.5h</c>,
/// <c>500ms</c>, <c>0</c>. Finer than 100 ns is cut off.
/// </summary>
internal static class GoDuration
{
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    private static readonly (string Name, long Nanoseconds)[] Units =
    [
        ("ns", 1), ("us", 1_000), ("\u00b5s", 1_000), ("\u03bcs", 1_000), ("ms", 1_000_000),
        ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
    ];

    /// <summary>
    /// Reads a sequence of decimal numbers, each with its unit; the sum must fit in 2^63 ns, as in Go.
    /// </summary>
    public static bool TryParse(string? text, out TimeSpan value)
    {
        value = default;
        var rest = text.AsSpan();
        var negative = rest.StartsWith("-");
        if (negative || rest.StartsWith("+"))
            rest = rest[1..];
        if (rest is "0")
            return true;
        if (rest.IsEmpty)
            return false;

        decimal nanoseconds = 0;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(NumberCharacters);
            if (digits <= 0 || digits > 24 ||
                !decimal.TryParse(
                    rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return false;
            rest = rest[digits..];
            var unit = UnitAt(rest);
            // Compared before it is multiplied: the product may be beyond what a decimal holds, too.
            if (unit.Nanoseconds == 0 || number > (decimal)long.MaxValue / unit.Nanoseconds)
                return false;
            nanoseconds += decimal.Truncate(number * unit.Nanoseconds);
            if (nanoseconds > long.MaxValue)
                return false;
            rest = rest[unit.Name.Length..];
        }

        var ticks = (long)(nanoseconds / 100);
        value = TimeSpan.FromTicks(negative ? -ticks : ticks);
        return true;
    }

    /// <summary>
    /// The shortest spelling that <see cref="TryParse"/> reads back, in hours, minutes, seconds or smaller.
    /// </summary>
    public static string Format(TimeSpan value)
    {
        if (value == TimeSpan.Zero)
            return "0s";
        var magnitude = (ulong)Int128.Abs(value.Ticks); // TimeSpan.MinValue has no positive counterpart in 64 bits
        return value < TimeSpan.Zero ? "-" + Format(magnitude) : Format(magnitude);
    }

    private static string Format(ulong ticks)
    {
        if (ticks < TimeSpan.TicksPerMillisecond)
            return Number(ticks, TimeSpan.TicksPerMicrosecond) + "us";
        if (ticks < TimeSpan.TicksPerSecond)
            return Number(ticks, TimeSpan.TicksPerMillisecond) + "ms";

        var text = new StringBuilder();
        var (hours, inHour) = Math.DivRem(ticks, (ulong)TimeSpan.TicksPerHour);
        var (minutes, inMinute) = Math.DivRem(inHour, (ulong)TimeSpan.TicksPerMinute);
        if (hours > 0)
            text.Append(CultureInfo.InvariantCulture, $"{hours}h");
        if (minutes > 0)
            text.Append(CultureInfo.InvariantCulture, $"{minutes}m");
        if (inMinute > 0)
            text.Append(Number(inMinute, TimeSpan.TicksPerSecond)).Append('s');
        return text.ToString();
    }

    private static string Number(ulong ticks, long unit) =>
        ((decimal)ticks / unit).ToString("0.#######", CultureInfo.InvariantCulture);

    private static (string Name, long Nanoseconds) UnitAt(ReadOnlySpan<char> text)
    {
        var length = text.IndexOfAny(NumberCharacters);
        var name = length < 0 ? text : text[..length];
        foreach (var unit in Units)
        {
            if (name.SequenceEqual(unit.Name))
                return unit;
        }

        return ("", 0);
    }
}
