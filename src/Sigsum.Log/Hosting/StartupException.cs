namespace Sigsum.Log.Hosting;

/// <summary>The node cannot start: the message says what is wrong, where, and what to do. Shown without a stack.</summary>
internal sealed class StartupException(string message) : Exception(message);
