using NSec.Cryptography;

namespace Sigsum.Crypto;

/// <summary>Verification of Ed25519 signatures (RFC 8032, no prehash, no context).</summary>
/// <remarks>
/// Stricter than RFC 8032 allows, and never laxer than any other Sigsum implementation, since a log must not hold what
/// some verifier refuses: S is below the group order, the encoding of the key is canonical, neither the key nor R is of
/// low order, and the equation holds exactly, not only after multiplication by the cofactor. The library's choice of
/// rules is pinned by tests; whoever replaces or updates the library finds out there.
/// </remarks>
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
