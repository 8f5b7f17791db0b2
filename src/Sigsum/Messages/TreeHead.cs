using Sigsum.Ascii;
using Sigsum.Crypto;

namespace Sigsum.Messages;

/// <summary>What identifies the contents of a tree (log.md section 2.2.2).</summary>
/// <param name="Size">The number of leaves; at most 2^63 - 1.</param>
/// <param name="RootHash">The RFC 6962 root over them.</param>
public readonly record struct TreeHead(ulong Size, Hash RootHash)
{
    /// <summary>The empty tree: size 0, and the hash of the empty string as its root.</summary>
    public static TreeHead Empty { get; } = new(0, Merkle.Rfc6962.EmptyRoot);

    internal static TreeHead ReadFrom(ref AsciiReader reader)
    {
        ulong size = reader.ReadUInt64("size"u8);
        return new TreeHead(size, reader.ReadHash("root_hash"u8));
    }
}
