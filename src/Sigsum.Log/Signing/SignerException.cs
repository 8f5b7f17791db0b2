namespace Sigsum.Log.Signing;

/// <summary>
/// The signing key cannot be reached now (an agent or a token that is away). Nothing was signed; trying again is safe.
/// </summary>
internal class SignerException(string message, Exception? inner = null) : Exception(message, inner);
