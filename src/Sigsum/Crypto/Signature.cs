using System.Diagnostics.CodeAnalysis;

namespace Sigsum.Crypto;

/// <summary>An Ed25519 signature (RFC 8032): R and S, 64 bytes with value equality.</summary>
/// <remarks>Any 64 bytes can be held: whether they sign anything is for <see cref="Ed25519.Verify"/> to say.</remarks>
public readonly struct Signature : IEquatable<Signature>
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 64;

    private const string What = "a signature";
    private readonly Bytes64 _bytes;

    /// <summary>Creates the value from its bytes.</summary>
    /// <param name="bytes">Exactly <see cref="Size"/> bytes; they are copied.</param>
    /// <exception cref="ArgumentException">Another number of bytes.</exception>
    public Signature(ReadOnlySpan<byte> bytes) => FixedBytes.Copy(bytes, _bytes, What);

    /// <summary>Whether two values have the same bytes.</summary>
    public static bool operator ==(Signature left, Signature right) => left.Equals(right);

    /// <summary>Whether two values differ in any byte.</summary>
    public static bool operator !=(Signature left, Signature right) => !left.Equals(right);

    /// <summary>Reads the hex form.</summary>
    /// <param name="ascii">Exactly two hex digits of either case per byte, and nothing else.</param>
    /// <exception cref="SigsumFormatException">Any other spelling.</exception>
    public static Signature ParseHex(ReadOnlySpan<byte> ascii)
    {
        Bytes64 bytes = default;
        FixedBytes.ParseHex(ascii, bytes, What);
        return new Signature(bytes);
    }

    /// <inheritdoc cref="ParseHex(ReadOnlySpan{byte})"/>
    public static Signature ParseHex(ReadOnlySpan<char> ascii)
    {
        Bytes64 bytes = default;
        FixedBytes.ParseHex(ascii, bytes, What);
        return new Signature(bytes);
    }

    /// <summary>Reads the base64 form.</summary>
    /// <param name="ascii">Standard alphabet, with padding, no white space, and zero in the bits that are not used.</param>
    /// <exception cref="SigsumFormatException">Any other spelling.</exception>
    public static Signature ParseBase64(ReadOnlySpan<byte> ascii)
    {
        Bytes64 bytes = default;
        FixedBytes.ParseBase64(ascii, bytes, What);
        return new Signature(bytes);
    }

    /// <inheritdoc cref="ParseBase64(ReadOnlySpan{byte})"/>
    public static Signature ParseBase64(ReadOnlySpan<char> ascii)
    {
        Bytes64 bytes = default;
        FixedBytes.ParseBase64(ascii, bytes, What);
        return new Signature(bytes);
    }

    /// <summary>The bytes, as a view on this value.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> AsSpan() => _bytes;

    /// <summary>Standard base64 with padding.</summary>
    public string ToBase64() => Convert.ToBase64String(_bytes);

    /// <summary>Lower-case hex.</summary>
    public override string ToString() => Convert.ToHexStringLower(_bytes);

    /// <inheritdoc/>
    public bool Equals(Signature other) => AsSpan().SequenceEqual(other._bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Signature other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => FixedBytes.GetHashCode(_bytes);
}
