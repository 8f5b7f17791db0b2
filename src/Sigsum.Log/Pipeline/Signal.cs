namespace Sigsum.Log.Pipeline;

/// <summary>
/// Wakes one loop: set any number of times before the loop looks, it is seen once. Nothing is lost between two looks.
/// </summary>
internal sealed class Signal
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _source = NewSource();

    /// <summary>Wakes the loop, now or at its next <see cref="WaitAsync"/>.</summary>
    public void Set()
    {
        lock (_gate)
            _source.TrySetResult();
    }

    /// <summary>Completes once the signal is set, and takes it back.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        Task wait;
        lock (_gate)
            wait = _source.Task;
        await wait.WaitAsync(cancellationToken);
        lock (_gate)
        {
            if (_source.Task.IsCompleted)
                _source = NewSource();
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
