using Sigsum.Log.Admission;

namespace Sigsum.Log.Tests.Admission;

/// <summary>Which line applies (log-go's doc/rate-limit.md, "Rule precedence").</summary>
public sealed class RateLimitRulesTests
{
    private static readonly string Config = $"""
        public list.dat 40
        domain example.org 20
        domain sub.example.org 21
        domain räka.se 22
        domain intern 23
        key {Limits.Key1} 10
        """;

    public static readonly TheoryData<bool, string?, string?> Cases = new()
    {
        { true, null, "Key 10" },
        { true, "example.org", "Key 10" }, // a key comes before any domain
        { true, "nonsense.mil", "Key 10" },
        { false, null, null },
        { false, "example.org", "Domain example.org 20" },
        { false, "Example.ORG", "Domain example.org 20" },
        { false, "www.example.org", "Domain example.org 20" },
        { false, "sub.example.org", "Domain sub.example.org 21" }, // the longest domain
        { false, "a.b.sub.example.org", "Domain sub.example.org 21" },
        { false, "notexample.org", "Public notexample.org 40" },
        { false, "xn--rka-qla.se", "Domain räka.se 22" },
        { false, "host.intern", "Domain intern 23" },
        { false, "a.b.other.org", "Public other.org 40" },
        { false, "a.b.c.ck", "Public b.c.ck 40" },
        { false, "example.mil", null },
        { false, "test.sigsum.org", "Domain test.sigsum.org 0" },
        { false, "a.test.sigsum.org", "Domain test.sigsum.org 0" },
        { false, "sigsum.org", "Public sigsum.org 40" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_first_match_applies(bool listedKey, string? domain, string? expected)
    {
        var found = Limits.Rules(Config).Find(
            domain is null ? null : DomainName.Parse(domain), listedKey ? Limits.Key1 : Limits.Key2, out string? refusal);
        string? shown = found is not { } limit ? null
            : limit.Counter.Kind == LimitKind.Key ? $"Key {limit.Limit}"
            : $"{limit.Counter.Kind} {limit.Counter.Name} {limit.Limit}";
        Assert.Equal(expected, shown);
        Assert.Equal(expected is null, refusal is not null);
    }

    [Fact]
    public void The_test_domain_is_like_any_other_when_that_is_asked_for()
    {
        var domain = DomainName.Parse("test.sigsum.org");
        Assert.Equal(
            new AppliedLimit(LimitKind.Public, "sigsum.org", 40),
            Limits.Rules(Config, allowTestDomain: true).Find(domain, Limits.Key2, out _));
        Assert.Equal(
            new AppliedLimit(LimitKind.Domain, "test.sigsum.org", 5),
            Limits.Rules("domain test.sigsum.org 5", allowTestDomain: true).Find(domain, Limits.Key2, out _));
        Assert.Equal(
            new AppliedLimit(LimitKind.Domain, "test.sigsum.org", 0),
            Limits.Rules("domain test.sigsum.org 5").Find(domain, Limits.Key2, out _));
    }

    [Theory]
    [InlineData("", null, "without a submit token")]
    [InlineData("", "example.org", "domain example.org is not allowed")]
    [InlineData("public list.dat 0", "example.org", "domain example.org is not allowed")]
    [InlineData("public list.dat 5", "räka.mil", "domain xn--rka-qla.mil is not below a known public suffix")]
    public void A_refusal_says_why(string config, string? domain, string text)
    {
        var name = domain is null ? null : DomainName.Parse(domain);
        Assert.Null(Limits.Rules(config).Find(name, Limits.Key2, out string? refusal));
        Assert.Contains(text, refusal, StringComparison.Ordinal);
    }
}
