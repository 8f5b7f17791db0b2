using System.Buffers;

namespace Sigsum.Ascii;

/// <summary>Hex of a known size: either case in, lower case out (log.md section 2.2.1).</summary>
internal static class Hex
{
    public static bool TryDecode(ReadOnlySpan<byte> ascii, Span<byte> destination) =>
        ascii.Length == destination.Length * 2
        && Convert.FromHexString(ascii, destination, out _, out _) == OperationStatus.Done;

    public static bool TryDecode(ReadOnlySpan<char> ascii, Span<byte> destination) =>
        ascii.Length == destination.Length * 2
        && Convert.FromHexString(ascii, destination, out _, out _) == OperationStatus.Done;

    public static string Expectation(int bytes) => $"exactly {bytes * 2} hex digits";
}
