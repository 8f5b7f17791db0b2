using Sigsum.Tokens;

namespace Sigsum.Log.Admission;

/// <summary>What one look-up found out, and for how long it may be used.</summary>
/// <param name="Keys">The keys; null when DNS gave no answer.</param>
/// <param name="Failure">Why there was none.</param>
/// <param name="Ttl">How long it may be used.</param>
internal readonly record struct DomainKeyResult(DomainKeys? Keys, string? Failure, TimeSpan Ttl);

/// <summary>Looks up a domain's keys: a bounded number at a time, each in bounded time.</summary>
internal sealed class DomainKeyLookup : IDisposable
{
    /// <summary>Where keys were published before version 1 of the protocol; log-go still looks there.</summary>
    private const string OldDnsLabel = "_sigsum_v0";

    private readonly TxtResolver _resolver;
    private readonly TokenVerifierOptions _options;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _slots;
    private int _waiting;

    /// <summary>Creates the look-up.</summary>
    public DomainKeyLookup(TokenVerifierOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        // Two names, each asked for twice, must fit into the whole time.
        _resolver = new TxtResolver(options.DnsServer, options.Timeout / 2);
        _slots = new SemaphoreSlim(options.MaxConcurrentLookups);
    }

    /// <inheritdoc/>
    public void Dispose() => _slots.Dispose();

    /// <summary>Looks up the keys of a domain. Never throws.</summary>
    /// <param name="domain">The domain in its DNS spelling.</param>
    public async Task<DomainKeyResult> RunAsync(string domain)
    {
        using var timeout = new CancellationTokenSource(_options.Timeout, _time);
        if (Interlocked.Increment(ref _waiting) > _options.MaxConcurrentLookups + _options.MaxQueuedLookups)
        {
            Interlocked.Decrement(ref _waiting);
            return Failed("too many look-ups are under way");
        }

        try
        {
            await _slots.WaitAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Interlocked.Decrement(ref _waiting);
            return Failed("too many look-ups are under way");
        }

        try
        {
            return await AskAsync(domain, timeout.Token).ConfigureAwait(false);
        }
        finally
        {
            _slots.Release();
            Interlocked.Decrement(ref _waiting);
        }
    }

    private async Task<DomainKeyResult> AskAsync(string domain, CancellationToken cancellationToken)
    {
        var answer = await _resolver.QueryAsync($"{SubmitToken.DnsLabel}.{domain}", cancellationToken).ConfigureAwait(false);
        var ttl = _options.MaxTtl;
        if (answer is TxtAnswer.NotFound missing)
        {
            // The old name's keys count only as long as the new name is known not to exist.
            ttl = NegativeTtl(missing);
            answer = await _resolver.QueryAsync($"{OldDnsLabel}.{domain}", cancellationToken).ConfigureAwait(false);
        }

        return answer switch
        {
            TxtAnswer.Found found => new(DomainKeys.FromTexts(found.Texts), null, Bound(Min(found.Ttl, ttl))),
            TxtAnswer.NotFound none => new(DomainKeys.None, null, Bound(Min(NegativeTtl(none), ttl))),
            TxtAnswer.Failed failed => Failed(failed.Reason),
            _ => throw new InvalidOperationException("unknown kind of DNS answer"),
        };
    }

    private static TimeSpan Min(TimeSpan first, TimeSpan second) => first < second ? first : second;

    private TimeSpan NegativeTtl(TxtAnswer.NotFound answer) =>
        Min(answer.Ttl ?? _options.MaxNegativeTtl, _options.MaxNegativeTtl);

    private TimeSpan Bound(TimeSpan ttl) => ttl < _options.MinTtl ? _options.MinTtl : Min(ttl, _options.MaxTtl);

    private DomainKeyResult Failed(string reason) => new(null, reason, _options.FailureTtl);
}
