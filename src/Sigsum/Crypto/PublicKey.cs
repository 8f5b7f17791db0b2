using System.Diagnostics.CodeAnalysis;

namespace Sigsum.Crypto;

/// <summary>An Ed25519 public key (RFC 8032): 32 bytes with value equality.</summary>
/// <remarks>Any 32 bytes can be held: whether they are a usable point shows when a signature is verified.</remarks>
public readonly struct PublicKey : IEquatable<PublicKey>
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 32;

    private const string What = "a public key";
    private readonly Bytes32 _bytes;

    /// <summary>Creates the value from its bytes.</summary>
    /// <param name="bytes">Exactly <see cref="Size"/> bytes; they are copied.</param>
    /// <exception cref="ArgumentException">Another number of bytes.</exception>
    public PublicKey(ReadOnlySpan<byte> bytes) => FixedBytes.Copy(bytes, _bytes, What);

    /// <summary>Whether two values have the same bytes.</summary>
    public static bool operator ==(PublicKey left, PublicKey right) => left.Equals(right);

    /// <summary>Whether two values differ in any byte.</summary>
    public static bool operator !=(PublicKey left, PublicKey right) => !left.Equals(right);

    /// <summary>Reads the hex form.</summary>
    /// <param name="ascii">Exactly two hex digits of either case per byte, and nothing else.</param>
    /// <exception cref="SigsumFormatException">Any other spelling.</exception>
    public static PublicKey ParseHex(ReadOnlySpan<byte> ascii)
    {
        Bytes32 bytes = default;
        FixedBytes.ParseHex(ascii, bytes, What);
        return new PublicKey(bytes);
    }

    /// <inheritdoc cref="ParseHex(ReadOnlySpan{byte})"/>
    public static PublicKey ParseHex(ReadOnlySpan<char> ascii)
    {
        Bytes32 bytes = default;
        FixedBytes.ParseHex(ascii, bytes, What);
        return new PublicKey(bytes);
    }

    /// <summary>Reads the base64 form.</summary>
    /// <param name="ascii">Standard alphabet, with padding, no white space, and zero in the bits that are not used.</param>
    /// <exception cref="SigsumFormatException">Any other spelling.</exception>
    public static PublicKey ParseBase64(ReadOnlySpan<byte> ascii)
    {
        Bytes32 bytes = default;
        FixedBytes.ParseBase64(ascii, bytes, What);
        return new PublicKey(bytes);
    }

    /// <inheritdoc cref="ParseBase64(ReadOnlySpan{byte})"/>
    public static PublicKey ParseBase64(ReadOnlySpan<char> ascii)
    {
        Bytes32 bytes = default;
        FixedBytes.ParseBase64(ascii, bytes, What);
        return new PublicKey(bytes);
    }

    /// <summary>The key hash: SHA-256 of the 32 bytes of the key (log.md section 2).</summary>
    public Hash KeyHash() => Hash.Sha256(_bytes);

    /// <summary>The bytes, as a view on this value.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> AsSpan() => _bytes;

    /// <summary>Standard base64 with padding.</summary>
    public string ToBase64() => Convert.ToBase64String(_bytes);

    /// <summary>Lower-case hex.</summary>
    public override string ToString() => Convert.ToHexStringLower(_bytes);

    /// <inheritdoc/>
    public bool Equals(PublicKey other) => AsSpan().SequenceEqual(other._bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PublicKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => FixedBytes.GetHashCode(_bytes);
}
