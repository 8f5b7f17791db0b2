using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using Sigsum.Ascii;

namespace Sigsum.Crypto;

/// <summary>32 bytes held in place, without an array on the heap.</summary>
[InlineArray(32)]
internal struct Bytes32
{
    private byte _first;
}

/// <summary>64 bytes held in place, without an array on the heap.</summary>
[InlineArray(64)]
internal struct Bytes64
{
    private byte _first;
}

/// <summary>
/// What <see cref="Hash"/>, <see cref="PublicKey"/> and <see cref="Signature"/> have in common: the strict text forms
/// of a value whose size is known. Each value has exactly one base64 form, and one hex form but for the letters' case.
/// </summary>
internal static class FixedBytes
{
    private const int MaxSize = 64;

    public static void Copy(ReadOnlySpan<byte> source, Span<byte> destination, string what)
    {
        if (source.Length != destination.Length)
        {
            throw new ArgumentException($"{what} must be {destination.Length} bytes, not {source.Length}", nameof(source));
        }

        source.CopyTo(destination);
    }

    public static void ParseHex(ReadOnlySpan<byte> ascii, Span<byte> destination, string what)
    {
        if (!Hex.TryDecode(ascii, destination))
            throw new SigsumFormatException($"{what} must be {Hex.Expectation(destination.Length)}");
    }

    public static void ParseHex(ReadOnlySpan<char> text, Span<byte> destination, string what)
    {
        if (!Hex.TryDecode(text, destination))
            throw new SigsumFormatException($"{what} must be {Hex.Expectation(destination.Length)}");
    }

    public static void ParseBase64(ReadOnlySpan<byte> ascii, Span<byte> destination, string what)
    {
        int length = Base64.GetMaxEncodedToUtf8Length(destination.Length);
        Span<byte> canonical = stackalloc byte[Base64.GetMaxEncodedToUtf8Length(MaxSize)];
        if (ascii.Length != length
            || Base64.DecodeFromUtf8(ascii, destination, out _, out int written) != OperationStatus.Done
            || written != destination.Length
            // The decoder skips white space and may forgive stray bits; encoding again leaves one spelling per value.
            || Base64.EncodeToUtf8(destination, canonical, out _, out _) != OperationStatus.Done
            || !ascii.SequenceEqual(canonical[..length]))
        {
            throw new SigsumFormatException($"{what} must be {length} characters of standard base64 with padding");
        }
    }

    public static void ParseBase64(ReadOnlySpan<char> text, Span<byte> destination, string what)
    {
        Span<byte> ascii = stackalloc byte[Base64.GetMaxEncodedToUtf8Length(MaxSize)];
        int length = 0;
        if (text.Length <= ascii.Length
            && System.Text.Ascii.FromUtf16(text, ascii, out length) != OperationStatus.Done)
        {
            length = 0;
        }

        ParseBase64(ascii[..length], destination, what);
    }

    public static int GetHashCode(ReadOnlySpan<byte> bytes)
    {
        // HashCode is seeded per process: whoever picks the values cannot pick collisions.
        HashCode hash = default;
        hash.AddBytes(bytes);
        return hash.ToHashCode();
    }
}
