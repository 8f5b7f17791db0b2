using Sigsum.Ascii;
using Sigsum.Crypto;

namespace Sigsum.Tokens;

/// <summary>
/// The value of the HTTP header <c>sigsum-token</c> (log.md section 4.2): domain, one space, token in hex.
/// </summary>
/// <param name="Domain">
/// The domain as the submitter wrote it, without the label <c>_sigsum_v1</c>; not yet normalized.
/// </param>
/// <param name="Token">See <see cref="SubmitToken"/>.</param>
public readonly record struct SubmitTokenHeader(string Domain, Signature Token)
{
    /// <summary>The name of the header.</summary>
    public const string HeaderName = "sigsum-token";

    /// <summary>How many characters of a domain are read at most: what DNS allows for a name.</summary>
    public const int MaxDomainLength = 253;

    /// <summary>Reads a header value.</summary>
    /// <param name="value">The value and nothing else.</param>
    /// <exception cref="SigsumFormatException">It is malformed.</exception>
    public static SubmitTokenHeader Parse(ReadOnlySpan<char> value)
    {
        int space = value.IndexOf(' ');
        if (space < 1 || space > MaxDomainLength || !IsPlain(value[..space]))
            throw new SigsumFormatException($"{HeaderName}: expected a domain, one space and the token");
        Bytes64 token = default;
        if (!Hex.TryDecode(value[(space + 1)..], token))
            throw new SigsumFormatException($"{HeaderName}: the token must be {Hex.Expectation(Signature.Size)}");
        return new SubmitTokenHeader(value[..space].ToString(), new Signature(token));
    }

    /// <summary>The header value.</summary>
    public override string ToString() => $"{Domain} {Token}";

    private static bool IsPlain(ReadOnlySpan<char> domain)
    {
        foreach (char c in domain)
        {
            if (char.IsControl(c) || char.IsWhiteSpace(c))
                return false;
        }

        return true;
    }
}
