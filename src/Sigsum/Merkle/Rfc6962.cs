using Sigsum.Crypto;

namespace Sigsum.Merkle;

/// <summary>The two hashes that a Merkle tree is made of, with SHA-256 (RFC 6962 section 2.1).</summary>
public static class Rfc6962
{
    private const byte LeafPrefix = 0x00;
    private const byte NodePrefix = 0x01;
    private const int MaxOnStack = 512;

    /// <summary>Root of the tree without leaves: SHA-256 of nothing.</summary>
    public static Hash EmptyRoot { get; } = Hash.Sha256([]);

    /// <summary>The hash of a leaf: SHA-256(0x00 || data).</summary>
    /// <param name="data">The leaf's bytes, of any length; a Sigsum leaf has 128.</param>
    public static Hash HashLeaf(ReadOnlySpan<byte> data)
    {
        int length = 1 + data.Length;
        Span<byte> input = length <= MaxOnStack ? stackalloc byte[MaxOnStack] : new byte[length];
        input[0] = LeafPrefix;
        data.CopyTo(input[1..]);
        return Hash.Sha256(input[..length]);
    }

    /// <summary>The hash of an inner node: SHA-256(0x01 || left || right).</summary>
    public static Hash HashNode(in Hash left, in Hash right)
    {
        Span<byte> input = stackalloc byte[1 + (2 * Hash.Size)];
        input[0] = NodePrefix;
        left.AsSpan().CopyTo(input[1..]);
        right.AsSpan().CopyTo(input[(1 + Hash.Size)..]);
        return Hash.Sha256(input);
    }
}
