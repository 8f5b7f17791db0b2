using System.Collections.Frozen;
using Sigsum.Crypto;

namespace Sigsum.Log.Admission;

/// <summary>Which limit applies to a leaf: an immutable snapshot of the rate limit file and the suffix list.</summary>
internal sealed class RateLimitRules
{
    /// <summary>The domain whose rate limit key everybody knows, for tests.</summary>
    public const string TestDomain = "test.sigsum.org";

    private readonly RateLimitConfig _config;
    private readonly FrozenDictionary<string, int> _domains;
    private readonly PublicSuffixList? _suffixes;

    /// <summary>Creates the rules.</summary>
    /// <param name="config">The limits.</param>
    /// <param name="suffixes">The suffix list; needed when public submissions have a limit above 0.</param>
    /// <param name="allowTestDomain">Whether <see cref="TestDomain"/> is a domain like any other, instead of banned.</param>
    public RateLimitRules(RateLimitConfig config, PublicSuffixList? suffixes, bool allowTestDomain)
    {
        if (config.PublicLimit > 0 && suffixes is null)
            throw new ArgumentException("public submissions need a suffix list", nameof(suffixes));
        _config = config;
        _suffixes = config.PublicLimit > 0 ? suffixes : null;
        _domains = allowTestDomain
            ? config.Domains
            : new Dictionary<string, int>(config.Domains) { [TestDomain] = 0 }.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Limit of all public submissions together; null for none.</summary>
    public int? PublicTotal => _config.PublicTotal;

    /// <summary>
    /// Finds the limit, first match wins: the key; the longest configured domain that is the leaf's domain or above it;
    /// the registered domain. Nothing matches: refused.
    /// </summary>
    /// <param name="domain">The verified domain; null without a token.</param>
    /// <param name="keyHash">The key hash of the leaf.</param>
    /// <param name="refusal">When nothing matches, one line that says so.</param>
    public AppliedLimit? Find(DomainName? domain, in Hash keyHash, out string? refusal)
    {
        refusal = null;
        if (_config.Keys.TryGetValue(keyHash, out int limit))
            return new AppliedLimit(LimitKind.Key, keyHash.ToString(), limit);
        if (domain is null)
        {
            refusal = "this key is not allowed to submit here without a submit token (header sigsum-token)";
            return null;
        }

        for (string name = domain.Unicode; ;)
        {
            if (_domains.TryGetValue(name, out limit))
                return new AppliedLimit(LimitKind.Domain, name, limit);
            int dot = name.IndexOf('.', StringComparison.Ordinal);
            if (dot < 0)
                break;
            name = name[(dot + 1)..];
        }

        if (_suffixes is null)
            refusal = $"domain {domain.Ascii} is not allowed to submit here";
        else if (_suffixes.RegisteredDomain(domain.Unicode) is { } registered)
            return new AppliedLimit(LimitKind.Public, registered, _config.PublicLimit);
        else
            refusal = $"domain {domain.Ascii} is not below a known public suffix";
        return null;
    }
}
