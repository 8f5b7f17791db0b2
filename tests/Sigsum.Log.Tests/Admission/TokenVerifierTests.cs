using Microsoft.Extensions.Time.Testing;
using Sigsum.Crypto;
using Sigsum.Log.Admission;
using Sigsum.Testing;
using Sigsum.Tokens;

namespace Sigsum.Log.Tests.Admission;

/// <summary>Submit tokens against a real DNS server.</summary>
public sealed class TokenVerifierTests : IDisposable
{
    private const string Local = "local=/test/";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
    private readonly Ed25519Signer _log = Ed25519Signer.Generate();
    private readonly Ed25519Signer _key = Ed25519Signer.Generate();

    public void Dispose()
    {
        _log.Dispose();
        _key.Dispose();
    }

    [Theory]
    [InlineData("_sigsum_v1.example.test", "example.test", "example.test")]
    [InlineData("_sigsum_v1.example.test", "EXAMPLE.Test", "example.test")]
    [InlineData("_sigsum_v0.example.test", "example.test", "example.test")]
    [InlineData("_sigsum_v1.xn--rka-qla.test", "xn--rka-qla.test", "räka.test")]
    [InlineData("_sigsum_v1.xn--rka-qla.test", "RÄKA.test", "räka.test")]
    public async Task A_token_of_a_published_key_is_valid(string record, string domain, string normalized)
    {
        await using var dns = await DnsServer.StartAsync(Local, DnsServer.Txt(record, Hex(_key)));
        using var verifier = Create(dns);
        Assert.Equal(new TokenVerification.Valid(normalized), await VerifyAsync(verifier, domain));
    }

    [Fact]
    public async Task A_token_of_another_key_or_for_another_log_is_invalid()
    {
        await using var dns = await DnsServer.StartAsync(Local, DnsServer.Txt("_sigsum_v1.example.test", Hex(_key)));
        using var verifier = Create(dns);
        using var other = Ed25519Signer.Generate();
        var invalid = Assert.IsType<TokenVerification.Invalid>(await VerifyAsync(verifier, "example.test", other));
        Assert.Equal(
            "submit token for example.test: no key that is published in DNS made this token "
            + "(keys tried: 1, malformed: 0, ignored: 0)",
            invalid.Reason);
        var token = await SubmitToken.CreateAsync(_key, other.PublicKey, Cancellation);
        Assert.IsType<TokenVerification.Invalid>(
            await verifier.VerifyAsync(new SubmitTokenHeader("example.test", token), Cancellation));
        // What is remembered about a valid token is about that token only.
        Assert.IsType<TokenVerification.Valid>(await VerifyAsync(verifier, "example.test"));
        Assert.IsType<TokenVerification.Valid>(await VerifyAsync(verifier, "example.test"));
        Assert.IsType<TokenVerification.Invalid>(await VerifyAsync(verifier, "example.test", other));
    }

    [Fact]
    public async Task A_domain_without_keys_is_the_submitters_mistake()
    {
        await using var dns = await DnsServer.StartAsync(Local, "host-record=_sigsum_v1.nodata.test,127.0.0.1");
        using var verifier = Create(dns);
        foreach (string domain in (string[])["example.test", "nodata.test"])
        {
            var invalid = Assert.IsType<TokenVerification.Invalid>(await VerifyAsync(verifier, domain));
            Assert.Contains("no key is published in DNS at _sigsum_v1", invalid.Reason, StringComparison.Ordinal);
        }

        Assert.Equal(
            ["_sigsum_v1.example.test", "_sigsum_v0.example.test", "_sigsum_v1.nodata.test", "_sigsum_v0.nodata.test"],
            dns.Queries());
    }

    [Fact]
    public async Task The_old_name_counts_only_where_the_new_one_has_nothing()
    {
        await using var dns = await DnsServer.StartAsync(
            Local, DnsServer.Txt("_sigsum_v1.example.test", "no key"), DnsServer.Txt("_sigsum_v0.example.test", Hex(_key)));
        using var verifier = Create(dns);
        var invalid = Assert.IsType<TokenVerification.Invalid>(await VerifyAsync(verifier, "example.test"));
        Assert.Contains("keys tried: 0, malformed: 1", invalid.Reason, StringComparison.Ordinal);
        Assert.Equal("_sigsum_v1.example.test", Assert.Single(dns.Queries()));
    }

    [Fact]
    public async Task Ten_keys_are_tried_and_a_large_answer_comes_by_tcp()
    {
        var signers = Enumerable.Range(0, 30).Select(_ => Ed25519Signer.Generate()).ToList();
        // 30 records are about 2.4 kB: more than the 1232 bytes that are asked for by UDP.
        await using var dns = await DnsServer.StartAsync(
            [Local, .. signers.Select(signer => DnsServer.Txt("_sigsum_v1.example.test", Hex(signer)))]);
        using var verifier = Create(dns);
        int valid = 0;
        foreach (var signer in signers)
        {
            var result = await VerifyAsync(verifier, "example.test", signer);
            if (result is TokenVerification.Valid)
                valid++;
            else
                Assert.Contains("keys tried: 10, malformed: 0, ignored: 20", ((TokenVerification.Invalid)result).Reason, StringComparison.Ordinal);
        }

        Assert.Equal(10, valid);
        Assert.Equal(2, dns.Queries().Count); // by UDP, truncated; then by TCP
        signers.ForEach(signer => signer.Dispose());
    }

    [Fact]
    public async Task A_key_split_into_two_strings_is_one_key()
    {
        string hex = Hex(_key);
        await using var dns = await DnsServer.StartAsync(
            Local, DnsServer.Txt("_sigsum_v1.example.test", $"{hex[..20]},{hex[20..]}"));
        using var verifier = Create(dns);
        Assert.IsType<TokenVerification.Valid>(await VerifyAsync(verifier, "example.test"));
    }

    [Fact]
    public async Task An_answer_is_used_for_its_ttl_and_no_longer()
    {
        using var port = FreePort.Reserve();
        await using var dns = await DnsServer.StartAsync(
            port, Local, "local-ttl=600", DnsServer.Txt("_sigsum_v1.example.test", Hex(_key)));
        using var verifier = Create(dns);
        await CheckAsync(verifier, valid: true);
        _time.Advance(TimeSpan.FromSeconds(599));
        await CheckAsync(verifier, valid: true);
        Assert.Single(dns.Queries());
        _time.Advance(TimeSpan.FromSeconds(1));
        await CheckAsync(verifier, valid: true);
        Assert.Equal(2, dns.Queries().Count);

        await dns.StopAsync(); // server gone: what is known is used until its time is over
        _time.Advance(TimeSpan.FromSeconds(599));
        await CheckAsync(verifier, valid: true);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.IsType<TokenVerification.Unavailable>(await VerifyAsync(verifier, "example.test"));

        // The key was withdrawn, and the server is back.
        await using var changed = await DnsServer.StartAsync(port, Local, "local-ttl=600");
        Assert.IsType<TokenVerification.Unavailable>(await VerifyAsync(verifier, "example.test"));
        Assert.Empty(changed.Queries());
        _time.Advance(TimeSpan.FromSeconds(2));
        await CheckAsync(verifier, valid: false);
    }

    [Fact]
    public async Task A_ttl_is_bounded_from_both_sides()
    {
        await using var forever = await DnsServer.StartAsync(
            Local, "local-ttl=1000000", DnsServer.Txt("_sigsum_v1.example.test", Hex(_key)));
        using var verifier = Create(forever);
        await CheckAsync(verifier, valid: true);
        _time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(1));
        await CheckAsync(verifier, valid: true);
        Assert.Single(forever.Queries());
        _time.Advance(TimeSpan.FromSeconds(1));
        await CheckAsync(verifier, valid: true);
        Assert.Equal(2, forever.Queries().Count);

        await using var never = await DnsServer.StartAsync(
            Local, "local-ttl=0", DnsServer.Txt("_sigsum_v1.example.test", Hex(_key)));
        using var second = Create(never);
        await CheckAsync(second, valid: true);
        await CheckAsync(second, valid: true);
        Assert.Single(never.Queries());
        _time.Advance(TimeSpan.FromSeconds(1));
        await CheckAsync(second, valid: true);
        Assert.Equal(2, never.Queries().Count);
    }

    [Theory]
    [InlineData("auth-ttl=7", 7)] // the SOA record of the zone says so
    [InlineData("auth-ttl=3600", 30)] // bounded
    [InlineData(null, 30)] // no SOA record
    public async Task A_missing_key_is_looked_for_again_soon(string? ttl, int seconds)
    {
        string[] zone = ttl is null ? [Local] : ["auth-server=ns.test,127.0.0.1", "auth-zone=test", ttl];
        await using var dns = await DnsServer.StartAsync(zone);
        using var verifier = Create(dns);
        await CheckAsync(verifier, valid: false);
        _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
        await CheckAsync(verifier, valid: false);
        Assert.Equal(2, dns.Queries().Count);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await CheckAsync(verifier, valid: false);
        Assert.Equal(4, dns.Queries().Count);
    }

    [Fact]
    public async Task Requests_at_the_same_time_cause_one_look_up()
    {
        await using var dns = await DnsServer.StartAsync(Local, DnsServer.Txt("_sigsum_v1.example.test", Hex(_key)));
        using var verifier = Create(dns);
        var results = await Task.WhenAll(
            Enumerable.Range(0, 100).Select(_ => Task.Run(async () => await VerifyAsync(verifier, "example.test"))));
        Assert.All(results, result => Assert.IsType<TokenVerification.Valid>(result));
        Assert.Single(dns.Queries());
    }

    [Fact]
    public async Task A_resolver_that_refuses_is_a_temporary_failure()
    {
        await using var dns = await DnsServer.StartAsync(Local);
        using var verifier = Create(dns);
        var result = Assert.IsType<TokenVerification.Unavailable>(await VerifyAsync(verifier, "example.org"));
        Assert.Equal("submit token: DNS gives no answer for example.org at the moment; try again later", result.Reason);
        Assert.Contains("Refused", result.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("example..test")]
    [InlineData("example.test.")]
    [InlineData("exa mple.test")]
    [InlineData("example.test/../x")]
    [InlineData("xn--99999999.test")]
    public async Task Nothing_that_is_no_domain_gets_into_a_query(string domain)
    {
        await using var dns = await DnsServer.StartAsync("address=/#/127.0.0.1");
        using var verifier = Create(dns);
        Assert.IsType<TokenVerification.Invalid>(await VerifyAsync(verifier, domain));
        Assert.Empty(dns.Queries());
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string Hex(Ed25519Signer signer) => signer.PublicKey.ToString();

    private TokenVerifier Create(DnsServer dns) =>
        new(_log.PublicKey, new TokenVerifierOptions { DnsServer = dns.Endpoint }, _time);

    private async Task CheckAsync(TokenVerifier verifier, bool valid)
    {
        var result = await VerifyAsync(verifier, "example.test");
        Assert.IsType(valid ? typeof(TokenVerification.Valid) : typeof(TokenVerification.Invalid), result);
    }

    private async Task<TokenVerification> VerifyAsync(TokenVerifier verifier, string domain, Ed25519Signer? signer = null)
    {
        var token = await SubmitToken.CreateAsync(signer ?? _key, _log.PublicKey, Cancellation);
        return await verifier.VerifyAsync(new SubmitTokenHeader(domain, token), Cancellation);
    }
}
