namespace Sigsum.Log.Signing;

/// <summary>A key file cannot be used; the message is one line that names the file and says what to do.</summary>
internal sealed class KeyFileException(string message, Exception? inner = null) : Exception(message, inner);
