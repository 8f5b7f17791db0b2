namespace Sigsum.Log.KeyShares;

/// <summary>Shares cannot be used; the message is one line that names the share. It holds nothing secret.</summary>
internal sealed class KeyShareException(string message) : Exception(message);
