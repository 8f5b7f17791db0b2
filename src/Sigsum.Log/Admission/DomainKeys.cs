using System.Collections.Immutable;
using System.Security.Cryptography;
using Sigsum.Crypto;
using Sigsum.Tokens;

namespace Sigsum.Log.Admission;

/// <summary>The rate limit keys of one domain, as DNS had them.</summary>
internal sealed class DomainKeys
{
    /// <summary>How many TXT records are looked at (log.md section 4.2 recommends ten).</summary>
    public const int MaxKeys = 10;

    private readonly ImmutableArray<PublicKey> _keys;
    private readonly string _details;
    private byte[]? _lastValid;

    private DomainKeys(ImmutableArray<PublicKey> keys, string details)
    {
        _keys = keys;
        _details = details;
    }

    /// <summary>A domain without keys.</summary>
    public static DomainKeys None { get; } = new([], "");

    /// <summary>Takes the keys from the first <see cref="MaxKeys"/> texts; what is no key is skipped.</summary>
    public static DomainKeys FromTexts(ImmutableArray<string> texts)
    {
        var keys = ImmutableArray.CreateBuilder<PublicKey>();
        foreach (string text in texts.Take(MaxKeys))
        {
            try
            {
                keys.Add(PublicKey.ParseHex(text));
            }
            catch (SigsumFormatException)
            {
                // Somebody else's record, or a mistake: counted in the answer to the submitter.
            }
        }

        int looked = Math.Min(texts.Length, MaxKeys);
        string details = $"keys tried: {keys.Count}, malformed: {looked - keys.Count}, ignored: {texts.Length - looked}";
        return new DomainKeys(keys.ToImmutable(), details);
    }

    /// <summary>Tries the keys on a token.</summary>
    /// <param name="token">The token.</param>
    /// <param name="logKey">The key of this log.</param>
    /// <param name="problem">Why the token is not valid.</param>
    public bool Verify(in Signature token, in PublicKey logKey, out string? problem)
    {
        problem = null;
        // A submitter sends the same token each time; one comparison then stands for up to ten signature checks.
        if (Volatile.Read(ref _lastValid) is { } last && CryptographicOperations.FixedTimeEquals(last, token.AsSpan()))
            return true;
        foreach (var key in _keys)
        {
            if (SubmitToken.Verify(key, logKey, token))
            {
                Volatile.Write(ref _lastValid, token.AsSpan().ToArray());
                return true;
            }
        }

        problem = _details.Length == 0
            ? $"no key is published in DNS at {SubmitToken.DnsLabel} below the domain"
            : $"no key that is published in DNS made this token ({_details})";
        return false;
    }
}
