namespace Sigsum.Log.Sequencing;

/// <summary>A leaf on its way into the tree, and the promise of its index once it is on stable storage.</summary>
internal sealed class PendingLeaf(AdmittedLeaf leaf)
{
    private readonly TaskCompletionSource<ulong> _durable = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The admitted leaf.</summary>
    public AdmittedLeaf Leaf { get; } = leaf;

    /// <summary>The leaf's index, when it is durable; faulted when the batch could not be stored.</summary>
    public Task<ulong> Index => _durable.Task;

    /// <summary>The leaf is on stable storage at <paramref name="index"/>.</summary>
    public void Complete(ulong index) => _durable.TrySetResult(index);

    /// <summary>The leaf was not stored.</summary>
    public void Fail(Exception reason)
    {
        Leaf.Reservation.Release();
        _durable.TrySetException(reason);
        _ = _durable.Task.Exception; // Nobody may be waiting any more; that is not an unobserved error.
    }
}
