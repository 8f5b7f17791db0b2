namespace Sigsum.Log.Failover;

/// <summary>A command of failover refuses: nothing is changed beyond what the message says, and it says what to do.</summary>
internal sealed class FailoverException(string message) : Exception(message);
