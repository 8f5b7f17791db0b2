using Microsoft.AspNetCore.Http;
using Sigsum.Log.Machine;

namespace Sigsum.Log.Simulation.Machine;

/// <summary>A port that a process listens at.</summary>
internal sealed class WireListener : INodeListener
{
    private readonly Wire _wire;
    private TaskCompletionSource? _drained;

    public WireListener(Wire wire, Process process, int port, RequestDelegate handler)
    {
        (_wire, Process, Port, Handler) = (wire, process, port, handler);
        Url = new Uri($"http://{process.Host}:{port}/");
        process.Ended += Break;
        wire.Add(this);
    }

    /// <inheritdoc/>
    public Uri Url { get; }

    /// <summary>Who listens.</summary>
    public Process Process { get; }

    /// <summary>At which port.</summary>
    public int Port { get; }

    /// <summary>What answers.</summary>
    public RequestDelegate Handler { get; }

    /// <summary>Requests that are being answered.</summary>
    public List<WireCall> Calls { get; } = [];

    /// <summary>A request has been answered.</summary>
    public void Finish(WireCall call)
    {
        Calls.Remove(call);
        if (Calls.Count == 0)
            _drained?.TrySetResult();
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken limit)
    {
        _wire.Remove(this);
        if (Calls.Count == 0)
            return;
        _drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var abort = limit.Register(() => Calls.ToList().ForEach(call => call.Abort()));
        await _drained.Task;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _wire.Remove(this);
        Process.Ended -= Break;
        Calls.ToList().ForEach(call => call.Abort());
        return default;
    }

    /// <summary>The process is gone: the other ends of its connections hear so.</summary>
    private void Break()
    {
        _wire.Remove(this);
        foreach (var call in Calls)
            _wire.Carry(Process.Host, call.From.Host, () => call.Fail("connection reset"));
    }
}
