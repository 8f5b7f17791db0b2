using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http.Features;

namespace Sigsum.Log.Simulation.Machine;

/// <summary>One request under way, as both of its ends see it.</summary>
[SuppressMessage("Design", "CA1001", Justification = "without a timer there is nothing to free")]
internal sealed class WireCall(Process from, HttpRequestMessage request, byte[] body) : IHttpRequestLifetimeFeature
{
    private readonly CancellationTokenSource _aborted = new();
    private CancellationToken? _replaced;

    /// <summary>Who asks.</summary>
    public Process From => from;

    /// <summary>What is asked.</summary>
    public HttpRequestMessage Request => request;

    /// <summary>The body of the request.</summary>
    public byte[] Body => body;

    /// <summary>What the asking side gets.</summary>
    public TaskCompletionSource<HttpResponseMessage> Answer { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether the answering side has cut it off.</summary>
    public bool IsAborted { get; private set; }

    /// <inheritdoc/>
    public CancellationToken RequestAborted
    {
        get => _replaced ?? _aborted.Token;
        set => _replaced = value;
    }

    /// <inheritdoc/>
    public void Abort()
    {
        IsAborted = true;
        _aborted.Cancel();
    }

    /// <summary>The asking side does not wait any more.</summary>
    public void ClientIsGone() => _aborted.Cancel();

    /// <summary>An answer has come.</summary>
    public void Succeed(HttpResponseMessage response)
    {
        if (from.Alive)
            Answer.TrySetResult(response);
    }

    /// <summary>The connection has failed.</summary>
    public void Fail(string reason)
    {
        if (from.Alive)
            Answer.TrySetException(new HttpRequestException($"simulated: {reason}"));
    }
}
