namespace Sigsum.Log.Scrubbing;

/// <summary>
/// Whether this node's store is known to be damaged. Once it is, it is so for the life of the process: nothing that
/// depends on the stored tree is promised to anybody any more.
/// </summary>
internal sealed class StoreDamage : IDisposable
{
    private readonly CancellationTokenSource _known = new();
    private string? _found;

    /// <summary>What was found first; null as long as nothing was.</summary>
    public string? Found => Volatile.Read(ref _found);

    /// <summary>Cancelled when something was found.</summary>
    public CancellationToken Known => _known.Token;

    /// <summary>Something was found.</summary>
    /// <returns>Whether this call was the first.</returns>
    public bool Report(string problem)
    {
        if (Interlocked.CompareExchange(ref _found, problem, null) is not null)
            return false;
        _known.Cancel();
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _known.Dispose();
}
