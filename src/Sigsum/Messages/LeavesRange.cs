using System.Globalization;

namespace Sigsum.Messages;

/// <summary>The arguments of get-leaves (log.md section 3.4): the leaves <c>[Start, End)</c>.</summary>
/// <param name="Start">Index of the first leaf.</param>
/// <param name="End">
/// Index after the last leaf. Whether it is larger than the start is for the endpoint to check.
/// </param>
public readonly record struct LeavesRange(ulong Start, ulong End)
{
    /// <summary>Reads the two segments of the path.</summary>
    /// <exception cref="SigsumFormatException">One of them is malformed.</exception>
    public static LeavesRange Parse(ReadOnlySpan<char> start, ReadOnlySpan<char> end) =>
        new(PathArgument.ReadUInt64(start, "start_index"), PathArgument.ReadUInt64(end, "end_index"));

    /// <summary>The two segments with a slash between them.</summary>
    public string ToPath() => string.Create(CultureInfo.InvariantCulture, $"{Start}/{End}");
}
