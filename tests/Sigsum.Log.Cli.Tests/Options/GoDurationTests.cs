using CsCheck;
using Sigsum.Log.Hosting;

namespace Sigsum.Log.Cli.Tests.Options;

public sealed class GoDurationTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("0s", 0)]
    [InlineData("10s", 10_000)]
    [InlineData("1m30s", 90_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("500ms", 500)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData(".5s", 500)]
    [InlineData("1.s", 1_000)]
    [InlineData("+5s", 5_000)]
    [InlineData("-1.5s", -1_500)]
    [InlineData("1h0m0.25s", 3_600_250)]
    [InlineData("3s2s", 5_000)]
    [InlineData("2000us", 2)]
    [InlineData("2000\u00b5s", 2)]
    [InlineData("2000\u03bcs", 2)]
    [InlineData("3000000ns", 3)]
    [InlineData("000010s", 10_000)]
    public void Reads_what_Go_reads(string text, double milliseconds)
    {
        Assert.True(GoDuration.TryParse(text, out var value));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), value);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("s")]
    [InlineData("-")]
    [InlineData("+")]
    [InlineData(".s")]
    [InlineData("1..5s")]
    [InlineData("1d")]
    [InlineData("10S")]
    [InlineData("10 s")]
    [InlineData(" 10s")]
    [InlineData("10s ")]
    [InlineData("1e3s")]
    [InlineData("1,5s")]
    [InlineData("--1s")]
    [InlineData("1m-30s")]
    [InlineData("00")]
    [InlineData("10s\n")]
    [InlineData("\u0661s")]
    [InlineData("9223372036854775808ns")]
    [InlineData("2562048h")]
    [InlineData("99999999999999999999999999999999h")]
    [InlineData("2562047h60m")]
    [InlineData("555555555555555000m")] // its nanoseconds are beyond what a decimal holds
    public void Refuses_what_Go_refuses(string? text) => Assert.False(GoDuration.TryParse(text, out _));

    [Theory]
    [InlineData(30_000, "30s")]
    [InlineData(90_000, "1m30s")]
    [InlineData(3_600_000, "1h")]
    [InlineData(86_400_000, "24h")]
    [InlineData(200, "200ms")]
    [InlineData(1_500, "1.5s")]
    [InlineData(0.25, "250us")]
    [InlineData(0, "0s")]
    [InlineData(-1_500, "-1.5s")]
    public void Writes_the_short_form(double milliseconds, string expected) =>
        Assert.Equal(expected, GoDuration.Format(TimeSpan.FromMilliseconds(milliseconds)));

    [Fact]
    public void Reads_back_what_it_writes() =>
        Gen.Long[-92_233_720_368_547_758, 92_233_720_368_547_758].Select(TimeSpan.FromTicks).Sample(value =>
            GoDuration.TryParse(GoDuration.Format(value), out var back) && back == value);

    [Fact]
    public void What_it_reads_of_any_text_it_can_write() =>
        Gen.String[Gen.Char["0123456789.+-hmnsu\u00b5 e"], 0, 30].Sample(text =>
            !GoDuration.TryParse(text, out var value) ||
            (GoDuration.TryParse(GoDuration.Format(value), out var back) && back == value));
}
