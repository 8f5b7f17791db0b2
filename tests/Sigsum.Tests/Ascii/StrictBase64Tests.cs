using System.Text;
using CsCheck;
using Sigsum.Ascii;

namespace Sigsum.Tests.Ascii;

public sealed class StrictBase64Tests
{
    [Theory]
    [InlineData("AAE=", true)]
    [InlineData("AAF=", false)] // a bit that is not used is set
    [InlineData("AAE", false)] // no padding
    [InlineData("AAE\n", false)]
    [InlineData(" AAE", false)]
    [InlineData("AAE==", false)]
    [InlineData("AA==", false)] // one byte less
    [InlineData("\nAAE=", false)]
    [InlineData("AA E=", false)]
    [InlineData("AAE=\n", false)]
    [InlineData("_AE=", false)] // the alphabet of URLs
    [InlineData("AAEC", false)] // one byte more
    [InlineData("", false)]
    public void Two_bytes_have_one_spelling(string text, bool accepted) =>
        Assert.Equal(accepted, StrictBase64.TryDecode(Encoding.UTF8.GetBytes(text), new byte[2]));

    [Fact]
    public void No_other_text_of_the_right_length_gives_the_same_bytes() =>
        Gen.Select(Gen.Byte.Array[1, 96], Gen.Int[0, 127], Gen.Byte).Sample((bytes, at, b) =>
        {
            byte[] text = Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes));
            byte before = text[at %= text.Length];
            text[at] = b;
            byte[] decoded = new byte[bytes.Length];
            if (before != b && StrictBase64.TryDecode(text, decoded))
                Assert.NotEqual(bytes, decoded);
        }, iter: 20_000);

    [Fact]
    public void What_is_encoded_is_decoded() => Gen.Byte.Array[0, 96].Sample(bytes =>
    {
        byte[] decoded = new byte[bytes.Length];
        Assert.True(StrictBase64.TryDecode(Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes)), decoded));
        Assert.Equal(bytes, decoded);
    });
}
