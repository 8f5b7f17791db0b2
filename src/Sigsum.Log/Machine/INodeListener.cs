namespace Sigsum.Log.Machine;

/// <summary>One listening address of a node.</summary>
internal interface INodeListener : IAsyncDisposable
{
    /// <summary>Where the listener can be reached, with the port that was taken where the options said 0.</summary>
    Uri Url { get; }

    /// <summary>Takes no new requests, lets those under way finish, and aborts them at <paramref name="limit"/>.</summary>
    Task StopAsync(CancellationToken limit);
}
