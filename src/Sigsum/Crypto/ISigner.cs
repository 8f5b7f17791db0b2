namespace Sigsum.Crypto;

/// <summary>Something that signs with one Ed25519 key: a key in memory, an agent, a hardware module.</summary>
public interface ISigner
{
    /// <summary>The key that verifies what this signer signs.</summary>
    PublicKey PublicKey { get; }

    /// <summary>Signs a message with plain Ed25519 (RFC 8032, no prehash, no context).</summary>
    /// <param name="message">The whole message; the caller has put the domain separation into it.</param>
    /// <param name="cancellationToken">Ends the wait for a signer outside of this process.</param>
    ValueTask<Signature> SignAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default);
}
