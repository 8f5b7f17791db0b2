using System.Globalization;
using System.Text;
using CsCheck;
using Sigsum.Ascii;

namespace Sigsum.Tests.Ascii;

public sealed class Decimal63Tests
{
    public static TheoryData<string> Malformed =>
    [
        "", "00", "01", "007", "+1", "-1", "-0", " 1", "1 ", "1\n", "1\r", "1\0", "0x1", "1.0", "1e3", "1_000", "1,000",
        "٣", "１", "abc", "9223372036854775808", "18446744073709551615", "18446744073709551616",
        "18446744073709551617", "99999999999999999999", "10000000000000000000000000000000000000001",
    ];

    [Theory]
    [InlineData("0", 0UL)]
    [InlineData("1", 1UL)]
    [InlineData("10", 10UL)]
    [InlineData("9223372036854775807", 9223372036854775807UL)]
    public void Numbers_up_to_2_to_the_63_minus_1_are_read(string text, ulong value)
    {
        Assert.Equal(value, Decimal63.Parse(text));
        Assert.Equal(value, Decimal63.Parse(Encoding.UTF8.GetBytes(text)));
    }

    [Theory]
    [MemberData(nameof(Malformed))]
    public void Every_other_spelling_is_refused(string text)
    {
        Assert.Throws<SigsumFormatException>(() => Decimal63.Parse(text));
        Assert.Throws<SigsumFormatException>(() => Decimal63.Parse(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void What_is_written_is_read_back() => Gen.ULong[0, Decimal63.MaxValue].Sample(value =>
    {
        byte[] text = new byte[Decimal63.MaxDigits];
        int length = Decimal63.Format(value, text);
        Assert.Equal(value.ToString(CultureInfo.InvariantCulture), Encoding.ASCII.GetString(text, 0, length));
        Assert.Equal(value, Decimal63.Parse(text.AsSpan(0, length)));
    });

    [Fact]
    public void A_number_that_no_reader_takes_is_not_written() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Decimal63.Format(Decimal63.MaxValue + 1, new byte[32]));
}
