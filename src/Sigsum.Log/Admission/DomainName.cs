using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Sigsum.Log.Admission;

/// <summary>
/// A domain in the one spelling that limits are counted by: NFKC, lower case, Unicode labels (as log-go normalizes),
/// together with its spelling in DNS.
/// </summary>
/// <remarks>
/// What is not a name that DNS could hold is refused here, before it can get into a query. Beyond log-go: no empty label
/// or trailing dot, labels and name within DNS's lengths, ASCII only letters, digits, hyphen and underscore, no
/// invisible characters, and an A-label must be the encoding of its U-label, so that one DNS name has one spelling.
/// </remarks>
internal sealed record DomainName
{
    /// <summary>Longest ASCII spelling: DNS's 253 characters less the label <c>_sigsum_v1.</c> that is looked up.</summary>
    public const int MaxLength = 253 - 11;

    private const int MaxLabelLength = 63;
    private const string AcePrefix = "xn--";

    private DomainName(string unicode, string ascii)
    {
        Unicode = unicode;
        Ascii = ascii;
    }

    /// <summary>The normalized name with U-labels.</summary>
    public string Unicode { get; }

    /// <summary>The same name with A-labels, as DNS has it.</summary>
    public string Ascii { get; }

    /// <summary>Normalizes a name.</summary>
    /// <exception cref="SigsumFormatException">It is not a domain name.</exception>
    public static DomainName Parse(string text) =>
        TryParse(text, out var name, out string? problem) ? name : throw new SigsumFormatException(problem);

    /// <summary>Normalizes a name.</summary>
    /// <param name="text">The name as written, in any case, with A-labels or U-labels, without a trailing dot.</param>
    /// <param name="name">The name when it is one.</param>
    /// <param name="problem">What is wrong with it otherwise, to follow the word "domain" in a message.</param>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out DomainName? name, [NotNullWhen(false)] out string? problem)
    {
        name = null;
        if (text.Length > MaxLength)
            return Refuse($"name is longer than {MaxLength} characters", out problem);
        if (!TryFold(text, out string? folded))
            return Refuse("name is not valid Unicode", out problem);

        string[] unicode = folded.Split('.');
        string[] ascii = new string[unicode.Length];
        for (int i = 0; i < unicode.Length; i++)
        {
            if (!TryConvertLabel(ref unicode[i], out ascii[i], out problem))
                return false;
        }

        string joined = string.Join('.', ascii);
        if (joined.Length > MaxLength)
            return Refuse($"name is longer than {MaxLength} characters in its DNS form", out problem);
        name = new DomainName(string.Join('.', unicode), joined);
        problem = null;
        return true;
    }

    /// <summary>The name with U-labels.</summary>
    public override string ToString() => Unicode;

    private static bool TryFold(string text, [NotNullWhen(true)] out string? folded)
    {
        folded = null;
        if (System.Text.Ascii.IsValid(text))
            folded = text.ToLowerInvariant();
        else if (Nfkc.TryNormalize(text, out string? normal))
            folded = normal.ToLowerInvariant();
        return folded is not null;
    }

    private static bool TryConvertLabel(
        ref string label, out string ascii, [NotNullWhen(false)] out string? problem)
    {
        ascii = label;
        if (label.Length == 0)
            return Refuse("name has an empty label", out problem);
        if (System.Text.Ascii.IsValid(label))
        {
            if (label.AsSpan().ContainsAnyExcept(AsciiLabel) || label[0] == '-' || label[^1] == '-')
                return Refuse("label is not made of letters, digits and inner hyphens", out problem);
            if (label.Length > MaxLabelLength)
                return Refuse($"label is longer than {MaxLabelLength} characters", out problem);
            if (!label.StartsWith(AcePrefix, StringComparison.Ordinal))
            {
                problem = null;
                return true;
            }

            if (Punycode.Decode(label[AcePrefix.Length..]) is not { } decoded)
                return Refuse("label starts with xn-- and is not valid punycode", out problem);
            label = decoded;
        }

        // Both ways: what was decoded must have had its only spelling, and what was written must not encode to another.
        if (!TryFold(label, out string? folded) || folded != label || !label.EnumerateRunes().All(IsAllowed))
            return Refuse("label has characters that are not normalized or not allowed", out problem);
        string expected = ascii;
        ascii = AcePrefix + Punycode.Encode(label);
        if (System.Text.Ascii.IsValid(label) || ascii.Length is 4 or > MaxLabelLength
            || (System.Text.Ascii.IsValid(expected) && expected != ascii))
        {
            return Refuse("label is too long or not in its only spelling", out problem);
        }

        problem = null;
        return true;
    }

    private static readonly System.Buffers.SearchValues<char> AsciiLabel =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_");

    private static bool IsAllowed(Rune rune) => rune.IsAscii
        ? AsciiLabel.Contains((char)rune.Value)
        : rune.Value is 0x200C or 0x200D // joiners: some scripts need them to spell words
            || (rune.Value is not (0x3002 or 0xFF61) && Rune.GetUnicodeCategory(rune) is not (
                UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned or UnicodeCategory.SpaceSeparator
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter));

    private static bool Refuse(string reason, out string problem)
    {
        problem = reason;
        return false;
    }
}
