using System.Globalization;
using System.Text;
using CsCheck;
using Sigsum.Log.Diagnostics.Logging;

namespace Sigsum.Log.Tests.Diagnostics;

/// <summary>Nothing that a client sends can pass for a line, a field or a terminal command.</summary>
public sealed class LogTextTests
{
    private static readonly Gen<string> AnyText = Gen.OneOf(
        Gen.String,
        Gen.Char["\n\r\t\"\\= \0\u001b\u007f\u0085\u2028\u2029\u202e\ufeff\ud800\udc00aé"].Array[0, 40].Select(chars => new string(chars)));

    [Fact]
    public void Any_two_values_read_back_as_they_were() => Gen.Select(AnyText, AnyText).Sample((first, second) =>
    {
        var line = new StringBuilder();
        LogText.AppendField(line, "a", first);
        LogText.AppendField(line, "b", second);
        Assert.Equal([new("a", WellFormed(first)), new("b", WellFormed(second))], LogLine.Parse(line.ToString()));
    });

    [Fact]
    public void A_line_shows_no_control_or_invisible_character() => AnyText.Sample(value =>
    {
        var line = new StringBuilder();
        LogText.AppendField(line, "a", value);
        return !line.ToString().EnumerateRunes().Any(rune => Rune.GetUnicodeCategory(rune) is
            UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator);
    });

    [Theory]
    [InlineData("12", "a=12")]
    [InlineData("http://h:1/p", "a=http://h:1/p")]
    [InlineData("", "a=\"\"")]
    [InlineData("two words", "a=\"two words\"")]
    [InlineData("x\ntime=2026", "a=\"x\\ntime=2026\"")]
    [InlineData("x\" b=1", "a=\"x\\\" b=1\"")]
    [InlineData("\u001b[2J", "a=\"\\u{1b}[2J\"")]
    public void Values_look_like_this(string value, string expected)
    {
        var line = new StringBuilder();
        LogText.AppendField(line, "a", value);
        Assert.Equal(expected, line.ToString());
    }

    [Fact]
    public void A_value_longer_than_the_bound_is_cut()
    {
        var line = new StringBuilder();
        LogText.AppendField(line, "a", new string('x', LogText.MaxValueLength + 1));
        Assert.Equal($"a=\"{new string('x', LogText.MaxValueLength)}...\"", line.ToString());
    }

    [Theory]
    [InlineData("Size", "size")]
    [InlineData("TreeSize", "tree_size")]
    [InlineData("URL", "url")]
    [InlineData("0", "0")]
    public void Template_names_become_field_names(string template, string field) =>
        Assert.Equal(field, LogText.FieldName(template));

    /// <summary>A lone surrogate cannot be written as UTF-8; it becomes U+FFFD on the way.</summary>
    private static string WellFormed(string text) => string.Concat(text.EnumerateRunes());
}
