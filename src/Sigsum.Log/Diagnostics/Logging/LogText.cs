using System.Globalization;
using System.Text;

namespace Sigsum.Log.Diagnostics.Logging;

/// <summary>
/// Writes key=value pairs so that a reader can always tell where a value ends. What a client sends ends up in
/// values: control characters, line separators, bidirectional overrides and lone surrogates are escaped, so that
/// nobody can forge a line, a field, or what a terminal shows.
/// </summary>
internal static class LogText
{
    /// <summary>Longer values are cut: a client chooses what it sends, not how much of it is kept.</summary>
    public const int MaxValueLength = 4096;

    public static void AppendField(StringBuilder line, string key, string value)
    {
        if (line.Length > 0 && line[^1] != '>')
            line.Append(' ');
        line.Append(key).Append('=');
        if (IsPlain(value))
            line.Append(value);
        else
            AppendQuoted(line, value);
    }

    /// <summary><c>TreeSize</c> becomes <c>tree_size</c>; names of message templates become names of fields.</summary>
    public static string FieldName(string templateName)
    {
        var name = new StringBuilder(templateName.Length + 4);
        for (int i = 0; i < templateName.Length; i++)
        {
            char c = templateName[i];
            if (!char.IsAsciiLetterOrDigit(c))
                name.Append('_');
            else if (char.IsAsciiLetterUpper(c) && i > 0 && !char.IsAsciiLetterUpper(templateName[i - 1]))
                name.Append('_').Append(char.ToLowerInvariant(c));
            else
                name.Append(char.ToLowerInvariant(c));
        }
        return name.ToString();
    }

    private static bool IsPlain(string value)
    {
        if (value.Length is 0 or > MaxValueLength)
            return false;
        foreach (char c in value)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.' or ':' or '/' or '+' or ',' or '@' or '%'))
                return false;
        }
        return true;
    }

    private static void AppendQuoted(StringBuilder line, string value)
    {
        line.Append('"');
        int written = 0;
        foreach (Rune rune in value.EnumerateRunes())
        {
            if (written >= MaxValueLength)
            {
                line.Append("...");
                break;
            }
            written += rune.Utf16SequenceLength;
            AppendEscaped(line, rune);
        }
        line.Append('"');
    }

    private static void AppendEscaped(StringBuilder line, Rune rune)
    {
        switch (rune.Value)
        {
            case '\n': line.Append(@"\n"); break;
            case '\r': line.Append(@"\r"); break;
            case '\t': line.Append(@"\t"); break;
            case '"': line.Append("\\\""); break;
            case '\\': line.Append(@"\\"); break;
            default:
                if (IsHarmless(rune))
                    line.Append(rune.ToString());
                else
                    line.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
                break;
        }
    }

    private static bool IsHarmless(Rune rune) => Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned);
}
