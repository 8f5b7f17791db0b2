namespace Sigsum.Log.Signing;

/// <summary>The agent cannot be reached, refuses, or answers with something that is no valid signature.</summary>
internal sealed class SshAgentException(string message, Exception? inner = null) : SignerException(message, inner);
