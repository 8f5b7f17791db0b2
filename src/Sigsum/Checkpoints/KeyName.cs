using System.Text;

namespace Sigsum.Checkpoints;

/// <summary>The rules for key names and origins (C2SP signed-note and tlog-checkpoint).</summary>
internal static class KeyName
{
    public const string Expectation = "a key name without spaces, plus signs or control characters";

    /// <summary>Reads a key name from UTF-8.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> utf8, out string name)
    {
        name = "";
        if (utf8.IsEmpty || !IsText(utf8))
            return false;
        name = Encoding.UTF8.GetString(utf8);
        return IsValid(name);
    }

    /// <summary>Whether a line is UTF-8 without control characters below U+0020.</summary>
    public static bool IsText(ReadOnlySpan<byte> line) =>
        !line.ContainsAnyInRange((byte)0, (byte)0x1F) && System.Text.Unicode.Utf8.IsValid(line);

    /// <summary>Refuses to write a name that no reader would accept.</summary>
    public static void ThrowIfInvalid(string name)
    {
        if (string.IsNullOrEmpty(name) || !IsValid(name))
            throw new ArgumentException($"expected {Expectation}", nameof(name));
    }

    private static bool IsValid(string name)
    {
        foreach (char c in name)
        {
            if (c == '+' || c < ' ' || char.IsWhiteSpace(c))
                return false;
        }

        return true;
    }
}
