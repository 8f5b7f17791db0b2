namespace Sigsum.Log.Signing;

/// <summary>
/// The authority to extend the log: who signs a new tree head holds it. Handed out once at start, and taken away
/// for the life of the process as soon as signing can no longer be proved safe (a diverged secondary, a witness
/// that has seen more than this node has). The node then keeps serving what it has published.
/// </summary>
internal sealed class PrimaryRole : IDisposable
{
    private readonly CancellationTokenSource _revoked = new();
    private string? _reason;

    /// <summary>Why signing stopped, or null while it may go on.</summary>
    public string? RevokedBecause => Volatile.Read(ref _reason);

    /// <summary>Cancelled when the authority is taken away.</summary>
    public CancellationToken Revoked => _revoked.Token;

    /// <summary>Takes the authority away. The first reason stays.</summary>
    /// <returns>Whether this call was the first.</returns>
    public bool Revoke(string because)
    {
        if (Interlocked.CompareExchange(ref _reason, because, null) is not null)
            return false;
        _revoked.Cancel();
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _revoked.Dispose();
}
