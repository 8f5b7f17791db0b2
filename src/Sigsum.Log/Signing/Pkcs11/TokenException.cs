namespace Sigsum.Log.Signing.Pkcs11;

/// <summary>A token is away, refuses, or does not hold the key that was named. The message never holds a PIN.</summary>
internal sealed class TokenException(string message, Exception? inner = null) : SignerException(message, inner);
