using Sigsum.Ascii;
using Sigsum.Crypto;

namespace Sigsum.Messages;

/// <summary>Reads the arguments that GET requests carry as segments of their path (log.md section 2.2.1).</summary>
internal static class PathArgument
{
    public static ulong ReadUInt64(ReadOnlySpan<char> segment, string name) =>
        Decimal63.TryParse(segment, out ulong value)
            ? value
            : throw new SigsumFormatException($"{name} must be {Decimal63.Expectation}");

    public static Hash ReadHash(ReadOnlySpan<char> segment, string name)
    {
        Bytes32 bytes = default;
        return Hex.TryDecode(segment, bytes)
            ? new Hash(bytes)
            : throw new SigsumFormatException($"{name} must be {Hex.Expectation(Hash.Size)}");
    }
}
