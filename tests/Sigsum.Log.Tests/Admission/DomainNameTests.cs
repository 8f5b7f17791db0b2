using CsCheck;
using Sigsum.Log.Admission;

namespace Sigsum.Log.Tests.Admission;

/// <summary>Normalization of domains. <see cref="WithoutLibicuTests"/> runs this class once more without libicu.</summary>
public sealed class DomainNameTests
{
    public static readonly TheoryData<string, string, string> Normalized = new()
    {
        { "foo.com", "foo.com", "foo.com" },
        { "foO.coM", "foo.com", "foo.com" },
        { "_dmarc.example.org", "_dmarc.example.org", "_dmarc.example.org" },
        { "räka.se", "räka.se", "xn--rka-qla.se" },
        { "rÄKa.se", "räka.se", "xn--rka-qla.se" },
        { "Ra\u0308ka.se", "räka.se", "xn--rka-qla.se" },
        { "xn--rka-qla.se", "räka.se", "xn--rka-qla.se" },
        { "XN--RKA-QLA.SE", "räka.se", "xn--rka-qla.se" },
        { "\u212bngström.se", "ångström.se", "xn--ngstrm-hua5l.se" },
        { "FAß.de", "faß.de", "xn--fa-hia.de" },
        { "ｆｏｏ．ｃｏｍ", "foo.com", "foo.com" },
        { "食狮.公司.cn", "食狮.公司.cn", "xn--85x722f.xn--55qx5d.cn" },
        { "\u1112\u1161\u11ab글.kr", "한글.kr", "xn--bj0bj06e.kr" },
        { "ﬁsch.de", "fisch.de", "fisch.de" },
        { "☕.us", "☕.us", "xn--53h.us" },
    };

    public static readonly TheoryData<string, string> Refused = new()
    {
        { "", "empty label" },
        { ".", "empty label" },
        { "foo..com", "empty label" },
        { ".foo.com", "empty label" },
        { "foo.com.", "empty label" },
        { "foo com", "letters, digits" },
        { "foo\n.com", "letters, digits" },
        { "foo\0.com", "letters, digits" },
        { "*.com", "letters, digits" },
        { "-foo.com", "letters, digits" },
        { "foo-.com", "letters, digits" },
        { new string('a', 64) + ".com", "longer than 63" },
        { string.Join('.', Enumerable.Repeat("aaaaaaaaaa", 23)), "longer than 242" },
        { new string('ä', 60) + ".se", "only spelling" },
        { string.Join('.', Enumerable.Repeat(new string('字', 11), 20)), "longer than 242" },
        { "xn--72g.com", "not normalized" }, // decodes to a compatibility character
        { "xn--RKA-2ha.se", "not normalized" }, // decodes to an upper-case letter
        { "xn--foo-.com", "letters, digits" },
        { "xn--a-b.com", "not" },
        { "xn--.com", "letters, digits" },
        { "xn--99999999.com", "punycode" },
        { "xn---53h.us", "only spelling" }, // a second spelling of xn--53h.us
        { "foo\u200b.com", "not normalized or not allowed" }, // zero width space
        { "foo。com", "not normalized or not allowed" }, // ideographic full stop
        { "foo\u202e.com", "not normalized or not allowed" },
        { "\ud800.com", "not valid Unicode" },
        { "İstanbul.com", "not normalized or not allowed" },
    };

    [Theory]
    [MemberData(nameof(Normalized))]
    public void A_name_has_one_spelling(string text, string unicode, string ascii)
    {
        var name = DomainName.Parse(text);
        Assert.Equal(unicode, name.Unicode);
        Assert.Equal(ascii, name.Ascii);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_no_name_is_refused(string text, string why)
    {
        Assert.False(DomainName.TryParse(text, out _, out string? problem));
        Assert.Contains(why, problem, StringComparison.Ordinal);
        Assert.Throws<SigsumFormatException>(() => DomainName.Parse(text));
    }

    [Fact]
    public void Normalizing_again_changes_nothing_and_both_spellings_are_the_same_name()
    {
        var label = Gen.OneOf(
            Gen.Char["abcXYZ019-"], Gen.Char['\u00a0', '\u024f'], Gen.Char['\u0300', '\u03ff'], Gen.Char['\u1100', '\u11ff'],
            Gen.Char['\u3040', '\u33ff'], Gen.Char['\uac00', '\ud7a3'], Gen.Char['\uf900', '\ufaff'], Gen.Char['\uff00', '\uffef'])
            .Array[1, 12].Select(chars => new string(chars));
        label.Array[1, 4].Select(labels => string.Join('.', labels)).Sample(text =>
        {
            if (!DomainName.TryParse(text, out var name, out _))
                return;
            Assert.Equal(name, DomainName.Parse(name.Unicode));
            Assert.Equal(name, DomainName.Parse(name.Ascii));
            Assert.True(System.Text.Ascii.IsValid(name.Ascii));
            Assert.DoesNotContain(name.Ascii, char.IsUpper);
            Assert.All(name.Ascii.Split('.'), part => Assert.InRange(part.Length, 1, 63));
        }, iter: 5_000);
    }

    [Fact]
    public void No_text_makes_it_throw() =>
        Gen.String.Sample(text => DomainName.TryParse(text, out var name, out string? problem) == (name is not null)
            && (name is null) == (problem is not null));
}
