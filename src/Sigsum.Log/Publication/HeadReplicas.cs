using System.Net;
using Sigsum.Client;
using Sigsum.Log.Hosting;
using Sigsum.Log.Pipeline;

namespace Sigsum.Log.Publication;

/// <summary>
/// Lets the secondaries know each head before it is published, so that a promoted one never shows less than was shown
/// before (I5). Each secondary has a lane of its own, which tries until the latest head is stored there.
/// </summary>
internal sealed class HeadReplicas(int secondaries, int required, NodeServices services)
{
    private readonly Lock _gate = new();
    private readonly PublishedTree?[] _stored = new PublishedTree?[secondaries];
    private readonly bool[] _takesNone = new bool[secondaries];
    private readonly Signal[] _wake = [.. Enumerable.Range(0, secondaries).Select(_ => new Signal())];
    private readonly Signal _progress = new();
    private volatile PublishedTree? _latest;

    /// <summary>Hands a head to the lanes; what was handed before and is not stored yet is passed over.</summary>
    public void Offer(PublishedTree tree)
    {
        _latest = tree;
        foreach (var wake in _wake)
            wake.Set();
    }

    /// <summary>Waits until enough secondaries have stored a head of at least this size; only one caller at a time.</summary>
    /// <returns>Whether they have, before <paramref name="limit"/> was over.</returns>
    public async Task<bool> WaitAsync(ulong size, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(limit > TimeSpan.Zero ? limit : TimeSpan.Zero, services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        while (!AreEnough(size))
        {
            try
            {
                await _progress.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return AreEnough(size);
            }
        }

        return true;
    }

    /// <summary>Whether a secondary has stored a head of at least this size, or cannot store any (log-go).</summary>
    public bool Knows(int number, ulong size)
    {
        lock (_gate)
            return _takesNone[number] || _stored[number]?.Size >= size;
    }

    /// <summary>Secondary number <paramref name="number"/> is another node than it was, or has been away.</summary>
    public void Forget(int number)
    {
        lock (_gate)
        {
            _stored[number] = null;
            _takesNone[number] = false;
        }

        _wake[number].Set();
    }

    /// <summary>The lane of one secondary.</summary>
    public async Task RunAsync(int number, NodeClient client, CancellationToken cancellationToken)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(2));
        while (true)
        {
            if (_latest is not { } tree || IsDone(number, tree))
            {
                await _wake[number].WaitAsync(cancellationToken);
                continue;
            }

            if (await TryStoreAsync(number, client, tree, cancellationToken))
                backoff.Reset();
            else
                await Task.Delay(backoff.Next(), services.Time, cancellationToken);
        }
    }

    private async Task<bool> TryStoreAsync(
        int number, NodeClient client, PublishedTree tree, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await client.AddPublishedHeadAsync(tree.Body, cancellationToken);
            // One of log-go has no such endpoint, and says nothing of itself.
            var none = answer is { Status: HttpStatusCode.NotFound, Node: null };
            if (!answer.IsStored && !none)
                return false;
            lock (_gate)
            {
                _stored[number] = tree;
                _takesNone[number] = none;
            }

            _progress.Set();
            return true;
        }
        catch (LogClientException)
        {
            return false;
        }
    }

    private bool IsDone(int number, PublishedTree tree)
    {
        lock (_gate)
            return _takesNone[number] || ReferenceEquals(_stored[number], tree);
    }

    private bool AreEnough(ulong size)
    {
        lock (_gate)
        {
            return Enumerable.Range(0, _stored.Length).Count(i => _takesNone[i] || _stored[i]?.Size >= size) >= required;
        }
    }
}
