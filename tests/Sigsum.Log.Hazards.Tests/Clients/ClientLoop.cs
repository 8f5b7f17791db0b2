namespace Sigsum.Log.Hazards.Tests.Clients;

/// <summary>A client that goes on, whatever happens to the log, until it is told that it is enough.</summary>
internal abstract class ClientLoop : IAsyncDisposable
{
    private readonly CancellationTokenSource _enough = new();
    private Task _running = Task.CompletedTask;

    public void Start() => _running = RunAsync(_enough.Token);

    /// <summary>Ends it; throws what went wrong in the client itself.</summary>
    public async Task StopAsync()
    {
        await _enough.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await _enough.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Release();
        _enough.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Runs until cancelled, and then returns.</summary>
    protected abstract Task RunAsync(CancellationToken enough);

    /// <summary>Lets go of what it holds.</summary>
    protected virtual void Release()
    {
    }

    /// <summary>A pause that ends at once when it is enough.</summary>
    protected static Task PauseAsync(TimeSpan pause, CancellationToken enough) =>
        Task.Delay(pause, TimeProvider.System, enough)
            .ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
}
