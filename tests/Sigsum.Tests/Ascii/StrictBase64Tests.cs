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
    [InlineData("AAE==", false)]
    [InlineData("AA E=", false)]
    [InlineData("AAE=\n", false)]
    [InlineData("_AE=", false)] // the alphabet of URLs
    [InlineData("AAEA", false)] // one byte more
    [InlineData("AA==", false)] // one byte less
    [InlineData("", false)]
    public void Two_bytes_have_one_spelling(string text, bool accepted) =>
        Assert.Equal(accepted, StrictBase64.TryDecode(Encoding.UTF8.GetBytes(text), new byte[2]));

    [Fact]
    public void What_is_encoded_is_decoded() => Gen.Byte.Array[0, 96].Sample(bytes =>
    {
        byte[] decoded = new byte[bytes.Length];
        Assert.True(StrictBase64.TryDecode(Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes)), decoded));
        Assert.Equal(bytes, decoded);
    });
}
