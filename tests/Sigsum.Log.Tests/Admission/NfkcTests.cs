using System.Text;
using CsCheck;
using Sigsum.Log.Admission;

namespace Sigsum.Log.Tests.Admission;

/// <summary>The normalization table against the base library, which uses libicu.</summary>
public sealed class NfkcTests
{
    public static readonly TheoryData<string, string> Known = new()
    {
        { "", "" },
        { "abc", "abc" },
        { "a\u0308", "ä" },
        { "\u1e9b\u0323", "ṩ" },
        { "a\u0315\u0300\u05ae\u0300b", "à\u05ae\u0300\u0315b" },
        { "\u1100\uac00\u11a8", "\u1100각" },
        { "\u0958", "\u0915\u093c" }, // excluded from composition
        { "㌀", "アパート" },
        { "\ufdfa", "صلى الله عليه وسلم" },
    };

    [Theory]
    [MemberData(nameof(Known))]
    public void Known_texts(string text, string normal) => Assert.Equal(normal, Normalize(text));

    [Fact]
    public void Every_character_that_the_table_maps_is_mapped_as_libicu_does()
    {
        RequireLibicu();
        for (int codePoint = 0; codePoint <= 0x10FFFF; codePoint++)
        {
            if (!Rune.IsValid(codePoint))
                continue;
            string text = new Rune(codePoint).ToString();
            // Characters newer than the table are unknown to it; what was assigned when it was made never changes.
            if (codePoint < 0xA7F0 || Normalize(text) != text)
                Assert.Equal(text.Normalize(NormalizationForm.FormKC), Normalize(text));
        }
    }

    [Fact]
    public void Texts_are_normalized_as_libicu_does()
    {
        RequireLibicu();
        var piece = Gen.OneOf(
            Gen.Char["aeou"], Gen.Char['\u00a0', '\u024f'], Gen.Char['\u0300', '\u036f'], Gen.Char['\u0370', '\u05ff'],
            Gen.Char['\u0900', '\u0dff'], Gen.Char['\u1100', '\u11ff'], Gen.Char['\u1e00', '\u1fff'],
            Gen.Char['\u3040', '\u33ff'], Gen.Char['\uac00', '\ud7a3'], Gen.Char['\ufb00', '\ufdff']);
        piece.Array[0, 12].Select(chars => new string(chars)).Sample(
            text => Assert.Equal(text.Normalize(NormalizationForm.FormKC), Normalize(text)), iter: 20_000);
    }

    [Fact]
    public void Lone_surrogates_are_refused() => Assert.False(Nfkc.TryNormalize("ä\udc00", out _));

    private static string Normalize(string text)
    {
        Assert.True(Nfkc.TryNormalize(text, out string? normal));
        return normal;
    }

    private static void RequireLibicu()
    {
        if ("\ufb01".IsNormalized(NormalizationForm.FormKC))
            Assert.Skip("The base library has no libicu here to compare with.");
    }
}
