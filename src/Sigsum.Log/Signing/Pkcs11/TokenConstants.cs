namespace Sigsum.Log.Signing.Pkcs11;

/// <summary>Numbers of PKCS#11 3.0 (pkcs11t.h) that the library, which is of 2.40, does not name.</summary>
internal static class TokenConstants
{
    /// <summary>The mechanism that signs with EdDSA; without a parameter it is plain Ed25519 (RFC 8032).</summary>
    public const ulong CkmEddsa = 0x1057;

    /// <summary>The type of keys on Edwards curves.</summary>
    public const ulong CkkEcEdwards = 0x40;
}
