using Sigsum.Crypto;
using Sigsum.Merkle;

namespace Sigsum.Messages;

/// <summary>A leaf of the log's tree (log.md section 2.2.4).</summary>
/// <param name="Checksum">SHA-256 of the submitted message.</param>
/// <param name="Signature">The submitter's signature over the checksum in the tree-leaf namespace.</param>
/// <param name="KeyHash">SHA-256 of the submitter's public key.</param>
public readonly record struct Leaf(Hash Checksum, Signature Signature, Hash KeyHash)
{
    /// <summary>Size in bytes of the binary form: checksum, signature, key hash.</summary>
    public const int Size = Hash.Size + Signature.Size + Hash.Size;

    /// <summary>Reads the binary form.</summary>
    /// <param name="bytes">Exactly <see cref="Size"/> bytes.</param>
    /// <exception cref="SigsumFormatException">Another number of bytes.</exception>
    public static Leaf ReadBinary(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new SigsumFormatException($"a leaf must be exactly {Size} bytes");
        return new Leaf(
            new Hash(bytes[..Hash.Size]),
            new Signature(bytes.Slice(Hash.Size, Signature.Size)),
            new Hash(bytes[(Hash.Size + Signature.Size)..]));
    }

    /// <summary>Signs a message and makes the leaf that holds the signature.</summary>
    /// <param name="message">What is to be logged, usually the SHA-256 hash of some data; 32 bytes.</param>
    /// <param name="signer">The submitter's key.</param>
    /// <param name="cancellationToken">Ends the wait for the signer.</param>
    public static async ValueTask<Leaf> SignAsync(
        Hash message, ISigner signer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(signer);
        Hash checksum = Hash.Sha256(message.AsSpan());
        Signature signature = await signer.SignAsync(SignedData(checksum), cancellationToken).ConfigureAwait(false);
        return new Leaf(checksum, signature, signer.PublicKey.KeyHash());
    }

    /// <summary>Writes the binary form, which is what the tree hashes.</summary>
    /// <param name="destination">At least <see cref="Size"/> bytes.</param>
    /// <exception cref="ArgumentException">The destination is shorter.</exception>
    public void WriteBinary(Span<byte> destination)
    {
        Checksum.AsSpan().CopyTo(destination);
        Signature.AsSpan().CopyTo(destination[Hash.Size..]);
        KeyHash.AsSpan().CopyTo(destination[(Hash.Size + Signature.Size)..]);
    }

    /// <summary>The leaf hash: SHA-256 of 0x00 and the binary form (RFC 6962 section 2.1).</summary>
    public Hash LeafHash()
    {
        Span<byte> bytes = stackalloc byte[Size];
        WriteBinary(bytes);
        return Rfc6962.HashLeaf(bytes);
    }

    /// <summary>Whether the leaf is of this submitter: the key hash equals, and the signature is valid.</summary>
    /// <param name="publicKey">The submitter's key.</param>
    public bool Verify(in PublicKey publicKey) => KeyHash == publicKey.KeyHash() && VerifySignature(publicKey);

    internal bool VerifySignature(in PublicKey publicKey)
    {
        Span<byte> buffer = stackalloc byte[Namespaces.MaxMessageSize];
        return Ed25519.Verify(publicKey, Namespaces.Attach(Namespaces.TreeLeaf, Checksum.AsSpan(), buffer), Signature);
    }

    private static byte[] SignedData(Hash checksum) => [.. Namespaces.TreeLeaf, .. checksum.AsSpan()];
}
