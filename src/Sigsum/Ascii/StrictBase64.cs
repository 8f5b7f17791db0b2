using System.Buffers;
using System.Buffers.Text;
using Sigsum.Crypto;

namespace Sigsum.Ascii;

/// <summary>
/// Standard base64 with padding (RFC 4648 section 4) of a known size, one spelling per value: no white space, and zero
/// in the bits that are not used.
/// </summary>
internal static class StrictBase64
{
    /// <summary>The number of characters of a hash.</summary>
    public const int HashLength = 44;

    public static Hash ReadHash(ReadOnlySpan<byte> ascii, int lineNumber)
    {
        Bytes32 bytes = default;
        return TryDecode(ascii, bytes)
            ? new Hash(bytes)
            : throw new SigsumFormatException($"line {lineNumber}: expected a hash, {HashLength} characters of base64");
    }

    /// <summary>Decodes exactly as many bytes as the destination has.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> ascii, Span<byte> destination) =>
        // The decoder refuses stray bits; it skips white space, but then the text is longer than its value needs.
        ascii.Length == Base64.GetMaxEncodedToUtf8Length(destination.Length)
        && Base64.DecodeFromUtf8(ascii, destination, out _, out int written) == OperationStatus.Done
        && written == destination.Length;
}
