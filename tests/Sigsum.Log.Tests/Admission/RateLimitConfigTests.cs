using System.Text;
using CsCheck;
using Sigsum.Log.Admission;
using Hash = Sigsum.Crypto.Hash;

namespace Sigsum.Log.Tests.Admission;

public sealed class RateLimitConfigTests
{
    private static readonly Hash KeyHash = Hash.Sha256([1]);

    public static readonly TheoryData<string, string> Errors = new()
    {
        { "allow all 5", "unknown keyword \"allow\"" },
        { "Domain example.org 5", "unknown keyword \"Domain\"" },
        { "\uFEFFdomain example.org 5", "unknown keyword" },
        { "key 5", "expected key <key hash> <limit>" },
        { "domain example.org", "expected domain <name> <limit>" },
        { "domain example.org 5 6", "expected domain <name> <limit>" },
        { "domain", "expected domain <name> <limit>" },
        { "public list.dat", "expected public <suffix file> <limit>" },
        { "public my list.dat 5", "expected public <suffix file> <limit>" },
        { "public-total", "expected public-total <limit>" },
        { "public-total list.dat 5", "expected public-total <limit>" },
        { "domain example.org -1", "\"-1\" is not a limit" },
        { "domain example.org +1", "\"+1\" is not a limit" },
        { "domain example.org 1.5", "\"1.5\" is not a limit" },
        { "domain example.org 0x10", "\"0x10\" is not a limit" },
        { "domain example.org ten", "\"ten\" is not a limit" },
        { "domain example.org ٣", "\"٣\" is not a limit" },
        { "domain example.org 2147483648", "\"2147483648\" is not a limit" },
        { "domain example.org 99999999999999999999", "is not a limit" },
        { "key abcd 5", "\"abcd\" is not a key hash; write 64 hex digits" },
        { $"key {new string('0', 66)} 5", "is not a key hash" },
        { $"key {new string('g', 64)} 5", "is not a key hash" },
        { "domain foo..org 5", "\"foo..org\" is not a domain: name has an empty label" },
        { "domain xn--72g.com 5", "is not a domain" },
        { "public-total 5", "public-total limits nothing without a line public" },
    };

    public static readonly TheoryData<string, string, string> Duplicates = new()
    {
        { $"key {KeyHash} 1", $"key {KeyHash.ToString().ToUpperInvariant()} 2", $"second line for key {KeyHash}" },
        { "domain räka.se 1", "domain xn--rka-qla.se 1", "second line for domain räka.se" },
        { "domain a.org 1", "domain A.org 1", "second line for domain a.org" },
        { "public list.dat 1", "public list.dat 1", "second public line" },
        { "public list.dat 1\npublic-total 1", "public-total 2", "second public-total line" },
    };

    [Fact]
    public void A_file_with_everything()
    {
        var config = Parse($"""
            # limits of a log
            key {KeyHash} 10
             key {Hash.Sha256([2]).ToString().ToUpperInvariant()} 20 # upper case
            {'\t'}domain example.Net   30{'\t'}
            domain WWW.example.org 0#comment

            domain RÄKA.se 007
            public suffixes.dat 2147483647
            public-total 50
            """);
        Assert.Equal(10, config.Keys[KeyHash]);
        Assert.Equal(20, config.Keys[Hash.Sha256([2])]);
        Assert.Equal(2, config.Keys.Count);
        Assert.Equal(30, config.Domains["example.net"]);
        Assert.Equal(0, config.Domains["www.example.org"]);
        Assert.Equal(7, config.Domains["räka.se"]); // leading zeros as log-go reads them
        Assert.Equal(3, config.Domains.Count);
        Assert.Equal(("suffixes.dat", int.MaxValue, 50), (config.PublicSuffixFile, config.PublicLimit, config.PublicTotal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("# only a comment")]
    [InlineData(" \t # and space\r\n")]
    public void A_file_without_lines_allows_nothing(string text)
    {
        var config = Parse(text);
        Assert.Empty(config.Keys);
        Assert.Empty(config.Domains);
        Assert.Null(config.PublicSuffixFile);
        Assert.Null(config.PublicTotal);
    }

    [Fact]
    public void Lines_may_end_in_carriage_return_and_the_last_line_in_nothing() =>
        Assert.Equal(5, Parse("domain a.org 4\r\ndomain b.org 5").Domains["b.org"]);

    [Theory]
    [MemberData(nameof(Errors))]
    public void A_wrong_line_is_named_with_what_to_write(string line, string problem)
    {
        var exception = Assert.Throws<RateLimitFileException>(() => Parse($"domain ok.org 1\n\n{line}\n"));
        Assert.StartsWith("limits.cfg: line 3: ", Assert.Single(exception.Errors), StringComparison.Ordinal);
        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Duplicates))]
    public void A_second_line_for_the_same_thing_is_an_error(string first, string second, string problem)
    {
        var exception = Assert.Throws<RateLimitFileException>(() => Parse($"{first}\n{second}\n"));
        Assert.Contains(problem, Assert.Single(exception.Errors), StringComparison.Ordinal);
        Assert.Contains("; the first one is line ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_errors_are_reported_at_once()
    {
        var exception = Assert.Throws<RateLimitFileException>(() => Parse("bad\nkey x 1\ndomain a.org 1\ndomain a.org 2\npublic f -1\n"));
        Assert.Equal(4, exception.Errors.Length);
        Assert.Equal(["line 1", "line 2", "line 4", "line 5"], exception.Errors.Select(error => error.Split(": ")[1]));
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_an_error() => Assert.Equal(
        "limits.cfg: line 1: is not valid UTF-8",
        Assert.Throws<RateLimitFileException>(() => RateLimitConfig.Parse("limits.cfg", new byte[] { 0xFF })).Message);

    [Fact]
    public void What_is_written_is_read_back() =>
        Gen.Select(Gen.Dictionary(Gen.Int[0, 1000], Gen.Int[0, int.MaxValue])[0, 20], Gen.Int[0, int.MaxValue], Gen.Bool).Sample(
            (limits, total, publicAccess) =>
            {
                var lines = limits.Keys.Select(i => i % 2 == 0
                    ? $"key {Hash.Sha256([(byte)i, (byte)(i >> 8)])} {limits[i]}" : $"domain d{i}.example {limits[i]}");
                var config = Parse(string.Join('\n', lines) + (publicAccess ? $"\npublic f 1\npublic-total {total}" : ""));
                Assert.Equal(limits.Values.Order(), config.Keys.Values.Concat(config.Domains.Values).Order());
                Assert.Equal(publicAccess ? total : null, config.PublicTotal);
            });

    [Fact]
    public void No_text_makes_it_throw_anything_else()
    {
        string[] known = ["key", "domain", "public", "public-total", "#", "\n", "5", "a.org"];
        var word = Gen.OneOf(Gen.Int[0, known.Length - 1].Select(i => known[i]), Gen.String);
        word.Array[0, 20].Select(words => string.Join(' ', words)).Sample(text =>
        {
            try
            {
                Parse(text);
            }
            catch (RateLimitFileException exception)
            {
                Assert.NotEmpty(exception.Errors);
            }
        });
    }

    private static RateLimitConfig Parse(string text) => RateLimitConfig.Parse("limits.cfg", Encoding.UTF8.GetBytes(text));
}
