using NSec.Cryptography;

namespace Sigsum.Crypto;

/// <summary>Verification of Ed25519 signatures (RFC 8032, no prehash, no context).</summary>
public static class Ed25519
{
    /// <summary>Whether a signature is valid; any input at all gives an answer, none throws.</summary>
    /// <param name="publicKey">The signer's key.</param>
    /// <param name="message">The whole message.</param>
    /// <param name="signature">The signature to check.</param>
    public static bool Verify(in PublicKey publicKey, ReadOnlySpan<byte> message, in Signature signature)
    {
        return NSec.Cryptography.PublicKey.TryImport(
                SignatureAlgorithm.Ed25519, publicKey.AsSpan(), KeyBlobFormat.RawPublicKey, out var key)
            && SignatureAlgorithm.Ed25519.Verify(key!, message, signature.AsSpan());
    }
}
