using System.Globalization;
using System.Text;
using Sigsum.Ascii;
using Sigsum.Messages;

namespace Sigsum.Checkpoints;

/// <summary>The exact bytes that logs and witnesses sign (log.md sections 2.2.2 and 2.2.3).</summary>
internal static class NoteText
{
    /// <summary>Three lines: origin, size, root hash in base64.</summary>
    public static byte[] Body(string origin, TreeHead treeHead) => Create("", origin, treeHead);

    /// <summary>The body after the lines <c>cosignature/v1</c> and <c>time seconds</c>.</summary>
    public static byte[] Cosigned(string origin, TreeHead treeHead, ulong timestamp)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timestamp, Decimal63.MaxValue);
        return Create(
            string.Create(CultureInfo.InvariantCulture, $"cosignature/v1\ntime {timestamp}\n"), origin, treeHead);
    }

    private static byte[] Create(string prefix, string origin, TreeHead treeHead)
    {
        // A line break inside the origin would let one signature mean two things.
        ArgumentException.ThrowIfNullOrEmpty(origin);
        if (origin.AsSpan().ContainsAnyInRange('\0', '\x1F'))
            throw new ArgumentException("an origin must not have control characters", nameof(origin));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(treeHead.Size, Decimal63.MaxValue);
        return Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"{prefix}{origin}\n{treeHead.Size}\n{treeHead.RootHash.ToBase64()}\n"));
    }
}
