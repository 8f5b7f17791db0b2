using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using Sigsum.Crypto;
using Sigsum.Log.Admission;
using Sigsum.Tokens;

namespace Sigsum.Log.Tests.Admission;

/// <summary>Resolvers that are slow, gone or mad: bounded waits, bounded look-ups, never an exception.</summary>
public sealed class TokenVerifierFailureTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly SilentDnsServer _dns = new();
    private readonly SubmitTokenHeader _token = new("example.test", default);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _dns.Dispose();

    [Fact]
    public async Task A_resolver_that_does_not_answer_costs_the_time_out()
    {
        using var verifier = Create();
        var waiting = verifier.VerifyAsync(_token, Cancellation).AsTask();
        await _dns.ReceiveAsync(Cancellation);
        _time.Advance(TimeSpan.FromMinutes(1) - TimeSpan.FromTicks(1));
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromTicks(1));
        // Well before the library's own timer, which is not the injected clock.
        var result = await waiting.WaitAsync(TimeSpan.FromSeconds(15), TimeProvider.System, Cancellation);
        Assert.IsType<TokenVerification.Unavailable>(result);

        // Not asked again at once; asked again later.
        Assert.IsType<TokenVerification.Unavailable>(await verifier.VerifyAsync(_token, Cancellation));
        _time.Advance(TimeSpan.FromSeconds(2));
        var again = verifier.VerifyAsync(_token, Cancellation).AsTask();
        await _dns.ReceiveAsync(Cancellation);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.IsType<TokenVerification.Unavailable>(await again);
    }

    [Fact]
    public async Task Look_ups_under_way_and_waiting_are_bounded()
    {
        using var verifier = Create(options => options with { MaxConcurrentLookups = 2, MaxQueuedLookups = 3 });
        var waiting = new List<Task<TokenVerification>>();
        for (int i = 0; i < 5; i++)
            waiting.Add(verifier.VerifyAsync(_token with { Domain = $"d{i}.test" }, Cancellation).AsTask());
        await _dns.ReceiveAsync(Cancellation);
        await _dns.ReceiveAsync(Cancellation);

        // Sooner or later one of these finds the queue full; the look-ups before it start on threads of their own.
        TokenVerification refused;
        int extra = 0;
        do
        {
            var task = verifier.VerifyAsync(_token with { Domain = $"extra{extra++}.test" }, Cancellation).AsTask();
            refused = await Task.WhenAny(task, Task.WhenAny(waiting).Unwrap()).Unwrap();
        }
        while (refused is not TokenVerification.Unavailable);
        Assert.Equal("too many look-ups are under way", ((TokenVerification.Unavailable)refused).Detail);

        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.All(await Task.WhenAll(waiting), result => Assert.IsType<TokenVerification.Unavailable>(result));
    }

    [Fact]
    public async Task Whoever_gives_up_waiting_does_not_end_the_look_up_for_others()
    {
        using var verifier = Create();
        using var impatient = new CancellationTokenSource();
        var first = verifier.VerifyAsync(_token, impatient.Token).AsTask();
        var second = verifier.VerifyAsync(_token, Cancellation).AsTask();
        await _dns.ReceiveAsync(Cancellation);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.False(second.IsCompleted);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.IsType<TokenVerification.Unavailable>(await second);
    }

    [Fact]
    public async Task A_resolver_that_is_gone_is_a_temporary_failure()
    {
        var endpoint = _dns.Endpoint;
        _dns.Dispose();
        var options = new TokenVerifierOptions { DnsServer = endpoint, Timeout = TimeSpan.FromSeconds(1) };
        using var verifier = new TokenVerifier(default, options, _time);
        Assert.IsType<TokenVerification.Unavailable>(await verifier.VerifyAsync(_token, Cancellation));
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 5)]
    [InlineData(false, 500)]
    [InlineData(true, 0)]
    [InlineData(true, 5)]
    [InlineData(true, 1200)]
    public async Task Answers_that_are_garbage_are_never_an_error_of_ours(bool startsRight, int garbage)
    {
        // Real time here: what the library makes of an answer, ignoring it or not, is its own affair.
        var options = new TokenVerifierOptions { DnsServer = _dns.Endpoint, Timeout = TimeSpan.FromMilliseconds(300) };
        using var verifier = new TokenVerifier(default, options, TimeProvider.System);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var server = AnswerWithGarbageAsync(startsRight, garbage, done.Token);
        for (int i = 0; i < 5; i++)
        {
            var token = _token with { Domain = $"d{i}.test" };
            Assert.IsNotType<TokenVerification.Valid>(await verifier.VerifyAsync(token, Cancellation));
        }

        await done.CancelAsync();
        Assert.True(await server > 0);
    }

    [Fact]
    public async Task The_cache_is_bounded_and_the_domain_that_was_asked_for_last_stays()
    {
        int lookups = 0;
        var cache = new DomainKeyCache(
            _ =>
            {
                Interlocked.Increment(ref lookups);
                return Task.FromResult(new DomainKeyResult(DomainKeys.None, null, TimeSpan.FromHours(1)));
            },
            maxEntries: 10,
            _time);
        await cache.GetAsync("kept.test", Cancellation);
        for (int i = 0; i < 1000; i++)
        {
            await cache.GetAsync($"d{i}.test", Cancellation);
            await cache.GetAsync("kept.test", Cancellation);
            Assert.InRange(cache.Count, 1, 10);
        }

        Assert.Equal(1001, lookups);
        await cache.GetAsync("d0.test", Cancellation);
        Assert.Equal(1002, lookups);
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1:53")]
    [InlineData("127.0.0.1:5353", "127.0.0.1:5353")]
    [InlineData("::1", "[::1]:53")]
    [InlineData("[::1]:5353", "[::1]:5353")]
    [InlineData("[2001:db8::1]", "[2001:db8::1]:53")]
    public void A_resolver_is_named_by_address_and_port(string text, string endpoint) =>
        Assert.Equal(IPEndPoint.Parse(endpoint), TokenVerifierOptions.ParseDnsServer(text));

    [Theory]
    [InlineData("")]
    [InlineData("dns.example.org")]
    [InlineData("127.0.0.1:")]
    [InlineData("127.0.0.1:0")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.1")]
    [InlineData("53")]
    [InlineData("[::1]:0")]
    public void Anything_else_is_not_a_resolver(string text)
    {
        var exception = Assert.Throws<FormatException>(() => TokenVerifierOptions.ParseDnsServer(text));
        Assert.Contains("write <ip>, <ip>:<port> or [<ipv6>]:<port>", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>Returns how many questions it got.</summary>
    private async Task<int> AnswerWithGarbageAsync(bool startsRight, int garbage, CancellationToken cancellation)
    {
        for (int count = 0; ; count++)
        {
            try
            {
                var (question, from) = await _dns.ReceiveAsync(cancellation);
                byte[] answer = [.. startsRight ? question : question[..2], .. RandomNumberGenerator.GetBytes(garbage)];
                if (startsRight)
                    (answer[2], answer[3], answer[7]) = (0x84, 0, 3); // an answer, no error, three records
                await _dns.SendAsync(answer, from, cancellation);
            }
            catch (OperationCanceledException)
            {
                return count;
            }
        }
    }

    private TokenVerifier Create(Func<TokenVerifierOptions, TokenVerifierOptions>? change = null)
    {
        // Only the injected clock ends a look-up here; the library's own timer gets far longer.
        var options = new TokenVerifierOptions { DnsServer = _dns.Endpoint, Timeout = TimeSpan.FromMinutes(1) };
        using var log = Ed25519Signer.Generate();
        return new TokenVerifier(log.PublicKey, change?.Invoke(options) ?? options, _time);
    }
}
