using System.Net;
using System.Text;

namespace Sigsum.Client.Http;

/// <summary>Makes one harmless line of what the other side sent, fit for a log file or a terminal.</summary>
internal static class ErrorText
{
    /// <summary>The first line of a body, without control characters, cut short if need be.</summary>
    public static string FirstLine(ReadOnlySpan<byte> body)
    {
        body = body.TrimStart(" \t\r\n"u8);
        int end = body.IndexOfAny((byte)'\n', (byte)'\r');
        if (end >= 0)
            body = body[..end];
        if (body.Length > AnswerLimits.ErrorLine)
            body = body[..AnswerLimits.ErrorLine];
        return Clean(Encoding.UTF8.GetString(body)).TrimEnd();
    }

    /// <summary>The text with a question mark for each character that is not printable.</summary>
    public static string Clean(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
            line.Append(IsPrintable(rune) ? rune.ToString() : "?");
        return line.ToString();
    }

    /// <summary>Status as <c>404 Not Found</c>; an unknown one as its number.</summary>
    public static string Status(HttpStatusCode status)
    {
        using var named = new HttpResponseMessage(status);
        return string.IsNullOrEmpty(named.ReasonPhrase) ? $"{(int)status}" : $"{(int)status} {named.ReasonPhrase}";
    }

    // Format characters can turn the direction of text around, so that a log line shows something else than it says.
    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        System.Globalization.UnicodeCategory.Control or
        System.Globalization.UnicodeCategory.Format or
        System.Globalization.UnicodeCategory.LineSeparator or
        System.Globalization.UnicodeCategory.ParagraphSeparator or
        System.Globalization.UnicodeCategory.PrivateUse or
        System.Globalization.UnicodeCategory.OtherNotAssigned);
}
