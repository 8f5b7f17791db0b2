namespace Sigsum.Log.Failover;

/// <summary>
/// The right of a secondary to acknowledge. Taken away for the life of the process as soon as what it holds contradicts what
/// the log has signed: its word would count for a tree that is not the log's.
/// </summary>
internal sealed class SecondaryRole
{
    private string? _reason;

    /// <summary>Why it acknowledges nothing any more, or null while it may.</summary>
    public string? RevokedBecause => Volatile.Read(ref _reason);

    /// <summary>Takes the right away. The first reason stays.</summary>
    /// <returns>Whether this call was the first.</returns>
    public bool Revoke(string because) => Interlocked.CompareExchange(ref _reason, because, null) is null;
}
