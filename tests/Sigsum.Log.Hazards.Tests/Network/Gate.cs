namespace Sigsum.Log.Hazards.Tests.Network;

/// <summary>Lets bytes pass while it is open; while it is closed they wait.</summary>
internal sealed class Gate
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _closed;

    public void Close()
    {
        lock (_lock)
            _closed ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Open()
    {
        lock (_lock)
        {
            _closed?.SetResult();
            _closed = null;
        }
    }

    public Task PassAsync(CancellationToken cancellation)
    {
        lock (_lock)
            return _closed?.Task.WaitAsync(cancellation) ?? Task.CompletedTask;
    }
}
