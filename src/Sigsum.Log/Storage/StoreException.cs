namespace Sigsum.Log.Storage;

/// <summary>
/// The store refused something, or can no longer be relied on. The message is one human-readable line that names
/// what was found and, where there is one, the command that resolves it.
/// </summary>
/// <remarks>
/// After an I/O error the store stays failed and every later commit throws this too: what a failed write or sync has
/// left on the disk is unknown until the store is opened again, so a retry would prove nothing. A node that sees this
/// exception from a commit fails every waiter and ends.
/// </remarks>
internal sealed class StoreException : Exception
{
    public StoreException(string message)
        : base(message)
    {
    }

    public StoreException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
