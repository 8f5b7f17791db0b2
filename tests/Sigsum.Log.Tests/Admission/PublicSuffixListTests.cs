using System.Text;
using CsCheck;
using Sigsum.Log.Admission;

namespace Sigsum.Log.Tests.Admission;

public sealed class PublicSuffixListTests
{
    private const string Example = """
        // A list in the format of publicsuffix.org.
        // ===BEGIN ICANN DOMAINS===

        com
        org
        uk
        co.uk
        jp
        *.kawasaki.jp
        !city.kawasaki.jp
        *.ck   // text after white space is not part of the rule
        !www.ck
        公司.cn
        cn
        se
        xn--fiqs8s

        // ===END ICANN DOMAINS===
        // ===BEGIN PRIVATE DOMAINS===
        github.io
        *.compute.example.com
        // ===END PRIVATE DOMAINS===

        """;

    public static readonly TheoryData<string, string?> Domains = new()
    {
        { "com", "com" }, // as log-go: a suffix is its own registered domain
        { "example.com", "example.com" },
        { "b.example.com", "example.com" },
        { "a.b.example.com", "example.com" },
        { "example.co.uk", "example.co.uk" },
        { "www.example.co.uk", "example.co.uk" },
        { "example.uk", "example.uk" },
        { "a.example.uk", "example.uk" },
        { "kawasaki.jp", "kawasaki.jp" },
        { "x.kawasaki.jp", "x.kawasaki.jp" },
        { "y.x.kawasaki.jp", "y.x.kawasaki.jp" },
        { "z.y.x.kawasaki.jp", "y.x.kawasaki.jp" },
        { "city.kawasaki.jp", "city.kawasaki.jp" },
        { "www.city.kawasaki.jp", "city.kawasaki.jp" },
        { "ck", null }, // only *.ck is a suffix
        { "test.ck", "test.ck" },
        { "b.test.ck", "b.test.ck" },
        { "a.b.test.ck", "b.test.ck" },
        { "www.ck", "www.ck" },
        { "www.www.ck", "www.ck" },
        { "食狮.公司.cn", "食狮.公司.cn" },
        { "www.xn--85x722f.xn--55qx5d.cn", "食狮.公司.cn" },
        { "xn--55qx5d.cn", "公司.cn" },
        { "食狮.中国", "食狮.中国" }, // the rule is written as an A-label
        { "räka.se", "räka.se" },
        { "somebody.github.io", "somebody.github.io" },
        { "a.somebody.github.io", "somebody.github.io" },
        { "github.io", "github.io" },
        { "io", null },
        { "other.io", null },
        { "a.eu.compute.example.com", "a.eu.compute.example.com" },
        { "compute.example.com", "example.com" },
        { "localhost", null },
        { "example.mil", null },
        { "ecom", null }, // a suffix ends at a dot
    };

    [Theory]
    [MemberData(nameof(Domains))]
    public void The_registered_domain_is_the_suffix_and_one_label(string domain, string? registered) =>
        Assert.Equal(registered, Parse(Example).RegisteredDomain(DomainName.Parse(domain).Unicode));

    [Fact]
    public void An_exception_without_its_suffix_still_registers_itself() =>
        Assert.Equal("foo.example.net", Parse("net\n*.example.net\n!foo.example.net\n").RegisteredDomain("bar.foo.example.net"));

    [Fact]
    public void All_errors_are_reported_with_their_lines()
    {
        var exception = Assert.Throws<RateLimitFileException>(() => Parse(
            "com\n/ comment\n*org\n!ok.example.org\nfoo..bar\r\n*\n!\n*.\nnet\n"));
        Assert.Equal([2, 3, 5, 6, 7, 8, 4], exception.Errors.Select(LineOf));
        Assert.All(exception.Errors, error => Assert.StartsWith("list.dat: line ", error, StringComparison.Ordinal));
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_an_error()
    {
        var exception = Assert.Throws<RateLimitFileException>(
            () => PublicSuffixList.Parse("list.dat", new byte[] { (byte)'a', (byte)'\n', 0xC3, (byte)'\n' }));
        Assert.Equal("list.dat: line 2: is not valid UTF-8", Assert.Single(exception.Errors));
    }

    [Fact]
    public void A_page_that_is_not_the_list_is_reported_in_bounded_length()
    {
        string page = string.Concat(Enumerable.Repeat("<html> not a list\n", 100_000));
        var exception = Assert.Throws<RateLimitFileException>(() => Parse(page));
        Assert.Equal(50, exception.Errors.Length);
    }

    [Fact]
    public void The_registered_domain_is_the_name_or_above_it_and_registers_itself()
    {
        var list = Parse(Example);
        string[] labels = ["com", "uk", "co", "jp", "kawasaki", "city", "ck", "www", "github", "io", "a", "b"];
        var label = Gen.Int[0, labels.Length - 1].Select(i => labels[i]);
        label.Array[1, 6].Select(parts => string.Join('.', parts)).Sample(domain =>
        {
            if (list.RegisteredDomain(domain) is not { } registered)
                return;
            Assert.EndsWith("." + registered, "." + domain, StringComparison.Ordinal);
            Assert.Equal(registered, list.RegisteredDomain(registered));
        });
    }

    private static int LineOf(string error) =>
        int.Parse(error.Split("line ")[1].Split(':')[0], System.Globalization.CultureInfo.InvariantCulture);

    private static PublicSuffixList Parse(string text) => PublicSuffixList.Parse("list.dat", Encoding.UTF8.GetBytes(text));
}
