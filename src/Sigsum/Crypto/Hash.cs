using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Sigsum.Crypto;

/// <summary>A SHA-256 hash: 32 bytes with value equality, kept in place without allocation.</summary>
/// <remarks>The default value is 32 zero bytes. Text forms: hex (log.md section 2) and base64 (signed notes).</remarks>
public readonly struct Hash : IEquatable<Hash>
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 32;

    private const string What = "a hash";
    private readonly Bytes32 _bytes;

    /// <summary>Creates the value from its bytes.</summary>
    /// <param name="bytes">Exactly <see cref="Size"/> bytes; they are copied.</param>
    /// <exception cref="ArgumentException">Another number of bytes.</exception>
    public Hash(ReadOnlySpan<byte> bytes) => FixedBytes.Copy(bytes, _bytes, What);

    /// <summary>Whether two values have the same bytes.</summary>
    public static bool operator ==(Hash left, Hash right) => left.Equals(right);

    /// <summary>Whether two values differ in any byte.</summary>
    public static bool operator !=(Hash left, Hash right) => !left.Equals(right);

    /// <summary>Reads the hex form.</summary>
    /// <param name="ascii">Exactly two hex digits of either case per byte, and nothing else.</param>
    /// <exception cref="SigsumFormatException">Any other spelling.</exception>
    public static Hash ParseHex(ReadOnlySpan<byte> ascii)
    {
        Bytes32 bytes = default;
        FixedBytes.ParseHex(ascii, bytes, What);
        return new Hash(bytes);
    }

    /// <inheritdoc cref="ParseHex(ReadOnlySpan{byte})"/>
    public static Hash ParseHex(ReadOnlySpan<char> ascii)
    {
        Bytes32 bytes = default;
        FixedBytes.ParseHex(ascii, bytes, What);
        return new Hash(bytes);
    }

    /// <summary>Reads the base64 form.</summary>
    /// <param name="ascii">Standard alphabet, with padding, no white space, and zero in the bits that are not used.</param>
    /// <exception cref="SigsumFormatException">Any other spelling.</exception>
    public static Hash ParseBase64(ReadOnlySpan<byte> ascii)
    {
        Bytes32 bytes = default;
        FixedBytes.ParseBase64(ascii, bytes, What);
        return new Hash(bytes);
    }

    /// <inheritdoc cref="ParseBase64(ReadOnlySpan{byte})"/>
    public static Hash ParseBase64(ReadOnlySpan<char> ascii)
    {
        Bytes32 bytes = default;
        FixedBytes.ParseBase64(ascii, bytes, What);
        return new Hash(bytes);
    }

    /// <summary>The SHA-256 hash of some data.</summary>
    public static Hash Sha256(ReadOnlySpan<byte> data)
    {
        Bytes32 bytes = default;
        SHA256.HashData(data, bytes);
        return new Hash(bytes);
    }

    /// <summary>The bytes, as a view on this value.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> AsSpan() => _bytes;

    /// <summary>Standard base64 with padding.</summary>
    public string ToBase64() => Convert.ToBase64String(_bytes);

    /// <summary>Lower-case hex.</summary>
    public override string ToString() => Convert.ToHexStringLower(_bytes);

    /// <inheritdoc/>
    public bool Equals(Hash other) => AsSpan().SequenceEqual(other._bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Hash other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => FixedBytes.GetHashCode(_bytes);
}
