namespace Sigsum.Log.Hosting;

/// <summary>This node cannot start as primary, because another one was promoted; the message says which and what to do.</summary>
internal sealed class SupersededException(string message) : Exception(message);
