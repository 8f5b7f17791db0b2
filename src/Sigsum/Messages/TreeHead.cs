using Sigsum.Crypto;

namespace Sigsum.Messages;

/// <summary>What a Merkle tree's state comes down to.</summary>
/// <param name="Size">Number of leaves.</param>
/// <param name="RootHash">Root of the tree over exactly that many leaves (RFC 6962 section 2.1).</param>
public readonly record struct TreeHead(ulong Size, Hash RootHash)
{
    /// <summary>The head of the tree without leaves.</summary>
    public static TreeHead Empty { get; } = new(0, Merkle.Rfc6962.EmptyRoot);
}
