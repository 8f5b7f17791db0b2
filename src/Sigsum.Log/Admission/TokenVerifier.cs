using Sigsum.Crypto;
using Sigsum.Tokens;

namespace Sigsum.Log.Admission;

/// <summary>Checks submit tokens against the keys that their domains publish in DNS (log.md section 4).</summary>
/// <remarks>
/// Three steps: the domain is normalized and validated, so that nothing else gets into a query; its keys are taken from
/// the cache or from one look-up (<c>_sigsum_v1</c>, and <c>_sigsum_v0</c> where that has nothing); they are tried on
/// the token. DNS can be slow, wrong or gone; that costs bounded memory, time and look-ups, and never an exception.
/// </remarks>
internal sealed class TokenVerifier : IDisposable
{
    private readonly PublicKey _logKey;
    private readonly DomainKeyLookup _lookup;
    private readonly DomainKeyCache _cache;

    /// <summary>Creates the verifier.</summary>
    /// <param name="logKey">The key of this log, which tokens are made for.</param>
    /// <param name="options">The resolver and the bounds.</param>
    /// <param name="time">The clock.</param>
    public TokenVerifier(PublicKey logKey, TokenVerifierOptions options, TimeProvider time)
    {
        _logKey = logKey;
        _lookup = new DomainKeyLookup(options, time);
        _cache = new DomainKeyCache(_lookup.RunAsync, options.MaxEntries, time);
    }

    /// <inheritdoc/>
    public void Dispose() => _lookup.Dispose();

    /// <summary>Checks a token.</summary>
    /// <param name="header">The header that came with the submission.</param>
    /// <param name="cancellationToken">Ends the wait; the only thing that makes this throw.</param>
    public async ValueTask<TokenVerification> VerifyAsync(
        SubmitTokenHeader header, CancellationToken cancellationToken = default)
    {
        if (!DomainName.TryParse(header.Domain, out var domain, out string? problem))
            return new TokenVerification.Invalid($"submit token: domain {problem}");
        var result = await _cache.GetAsync(domain.Ascii, cancellationToken).ConfigureAwait(false);
        if (result.Keys is null)
        {
            return new TokenVerification.Unavailable(
                $"submit token: DNS gives no answer for {domain.Ascii} at the moment; try again later",
                result.Failure ?? "");
        }

        return result.Keys.Verify(header.Token, _logKey, out problem)
            ? new TokenVerification.Valid(domain.Unicode)
            : new TokenVerification.Invalid($"submit token for {domain.Ascii}: {problem}");
    }
}
