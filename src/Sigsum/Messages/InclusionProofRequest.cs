using System.Globalization;
using Sigsum.Crypto;

namespace Sigsum.Messages;

/// <summary>The arguments of get-inclusion-proof (log.md section 3.2).</summary>
/// <param name="Size">
/// Size of the tree that the proof is for. Whether it is at least 2 is for the endpoint to check.
/// </param>
/// <param name="LeafHash">The leaf, see <see cref="Leaf.LeafHash"/>.</param>
public readonly record struct InclusionProofRequest(ulong Size, Hash LeafHash)
{
    /// <summary>Reads the two segments of the path.</summary>
    /// <exception cref="SigsumFormatException">One of them is malformed.</exception>
    public static InclusionProofRequest Parse(ReadOnlySpan<char> size, ReadOnlySpan<char> leafHash) =>
        new(PathArgument.ReadUInt64(size, "size"), PathArgument.ReadHash(leafHash, "leaf_hash"));

    /// <summary>The two segments with a slash between them.</summary>
    public string ToPath() => string.Create(CultureInfo.InvariantCulture, $"{Size}/{LeafHash}");
}
