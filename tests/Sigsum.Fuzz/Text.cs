using System.Text;

namespace Sigsum.Fuzz;

/// <summary>Bytes as the text that the program makes of them before a parser sees it.</summary>
internal static class Text
{
    /// <summary>A file: UTF-8, with a sign instead of what is none.</summary>
    public static string File(ReadOnlySpan<byte> input) => Encoding.UTF8.GetString(input);

    /// <summary>The value of a header: every byte a character, as HTTP has it.</summary>
    public static string Header(ReadOnlySpan<byte> input) => Encoding.Latin1.GetString(input);

    /// <summary>The parts of an input that is several things: lines, of which the last takes the rest.</summary>
    public static string[] Parts(ReadOnlySpan<byte> input, int count)
    {
        string[] parts = Header(input).Split('\n', count);
        return [.. parts, .. Enumerable.Repeat("", count - parts.Length)];
    }
}
