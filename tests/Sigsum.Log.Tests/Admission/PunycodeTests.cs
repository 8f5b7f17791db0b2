using CsCheck;
using Sigsum.Log.Admission;

namespace Sigsum.Log.Tests.Admission;

public sealed class PunycodeTests
{
    /// <summary>Sample strings of RFC 3492 section 7.1 that are within the length of a label.</summary>
    public static readonly TheoryData<string, string> Samples = new()
    {
        { "ليهمابتكلموشعربي؟", "egbpdaj6bu4bxfgehfvwxn" },
        { "他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye" },
        { "למההםפשוטלאמדבריםעברית", "4dbcagdahymbxekheh6e0a7fei0b" },
        { "なぜみんな日本語を話してくれないのか", "n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa" },
        { "3年b組金八先生", "3b-ww4c5e180e575a65lsy2b" },
        { "-> $1.00 <-", "-> $1.00 <--" },
    };

    [Theory]
    [MemberData(nameof(Samples))]
    public void Samples_of_the_specification(string label, string encoded)
    {
        Assert.Equal(encoded, Punycode.Encode(label));
        Assert.Equal(label, Punycode.Decode(encoded));
    }

    [Fact]
    public void What_was_encoded_decodes_to_itself() =>
        Gen.OneOf(Gen.Char['a', 'z'].Select(c => c.ToString()), Gen.Int[0x80, 0x10FFFF].Where(System.Text.Rune.IsValid)
            .Select(char.ConvertFromUtf32)).Array[1, 20].Select(string.Concat).Sample(label =>
            {
                if (Punycode.Encode(label) is { } encoded)
                    Assert.Equal(label, Punycode.Decode(encoded));
            });

    [Fact]
    public void What_is_too_long_is_refused() => Assert.Null(Punycode.Encode(new string('ä', 200)));

    [Fact]
    public void No_text_makes_decoding_throw() =>
        Gen.Char["abcxyz0129-Z\u00e4"].Array[0, 70].Select(chars => new string(chars)).Sample(
            text => Punycode.Decode(text) is not { } label || label.Length <= 2 * text.Length);
}
