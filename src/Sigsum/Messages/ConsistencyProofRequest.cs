using System.Globalization;

namespace Sigsum.Messages;

/// <summary>The arguments of get-consistency-proof (log.md section 3.3).</summary>
/// <param name="OldSize">Size of the older tree.</param>
/// <param name="NewSize">Size of the newer tree. Whether it is larger is for the endpoint to check.</param>
public readonly record struct ConsistencyProofRequest(ulong OldSize, ulong NewSize)
{
    /// <summary>Reads the two segments of the path.</summary>
    /// <exception cref="SigsumFormatException">One of them is malformed.</exception>
    public static ConsistencyProofRequest Parse(ReadOnlySpan<char> oldSize, ReadOnlySpan<char> newSize) =>
        new(PathArgument.ReadUInt64(oldSize, "old_size"), PathArgument.ReadUInt64(newSize, "new_size"));

    /// <summary>The two segments with a slash between them.</summary>
    public string ToPath() => string.Create(CultureInfo.InvariantCulture, $"{OldSize}/{NewSize}");
}
