using System.Security.Cryptography;
using Sigsum.Crypto;

namespace Sigsum.Log.Signing;

/// <summary>
/// A signature that proves that a key is at hand and says nothing else: no Sigsum message, no promotion record and no SSH
/// request begins as the test message does.
/// </summary>
internal static class TestSignature
{
    private const int NonceSize = 32;

    private static ReadOnlySpan<byte> Namespace => "sigsum-log/test-signature/v1\0"u8;

    /// <summary>The test message for what another node has asked to be signed, which thereby is no message of the log.</summary>
    public static byte[] MessageFor(ReadOnlySpan<byte> nonce) => [.. Namespace, .. nonce];

    /// <summary>Something to ask for that nobody has asked for before.</summary>
    public static byte[] NewNonce() => RandomNumberGenerator.GetBytes(NonceSize);

    /// <summary>A test message that was never there before, so that no signature for it can have been kept.</summary>
    public static byte[] NewMessage() => MessageFor(NewNonce());

    /// <summary>Has a signer sign a test message, and verifies what it returns.</summary>
    /// <exception cref="SignerException">It cannot sign, or signs with another key than it says.</exception>
    public static async Task ProveAsync(ISigner signer, CancellationToken cancellationToken)
    {
        var message = NewMessage();
        var signature = await signer.SignAsync(message, cancellationToken);
        if (!Ed25519.Verify(signer.PublicKey, message, signature))
            throw new SignerException($"a test signature does not verify with the key {signer.PublicKey}");
    }
}
