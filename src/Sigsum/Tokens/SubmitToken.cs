using Sigsum.Crypto;
using Sigsum.Messages;

namespace Sigsum.Tokens;

/// <summary>
/// The signature that shows control of a domain to one log (log.md section 4): over the submit-token namespace, NUL and
/// the log's public key, made with a rate limit key that DNS publishes.
/// </summary>
public static class SubmitToken
{
    /// <summary>The label under which the domain's TXT records hold rate limit keys in hex.</summary>
    public const string DnsLabel = "_sigsum_v1";

    /// <summary>Makes the token for a log.</summary>
    /// <param name="signer">The rate limit key.</param>
    /// <param name="logKey">The log's key.</param>
    /// <param name="cancellationToken">Ends the wait for the signer.</param>
    public static ValueTask<Signature> CreateAsync(
        ISigner signer, PublicKey logKey, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(signer);
        byte[] message = [.. Namespaces.SubmitToken, .. logKey.AsSpan()];
        return signer.SignAsync(message, cancellationToken);
    }

    /// <summary>Whether a token was made with this key for this log.</summary>
    /// <param name="key">A rate limit key, as DNS has it.</param>
    /// <param name="logKey">The log's key.</param>
    /// <param name="token">The token.</param>
    public static bool Verify(in PublicKey key, in PublicKey logKey, in Signature token)
    {
        Span<byte> buffer = stackalloc byte[Namespaces.MaxMessageSize];
        return Ed25519.Verify(key, Namespaces.Attach(Namespaces.SubmitToken, logKey.AsSpan(), buffer), token);
    }
}
