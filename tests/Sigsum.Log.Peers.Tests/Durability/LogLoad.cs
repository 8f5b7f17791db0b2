using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Merkle;
using Sigsum.Messages;
using Sigsum.Testing;

namespace Sigsum.Log.Peers.Tests.Durability;

/// <summary>
/// Submitters and a reader that go on whatever happens to the log, remember what they were promised, and hold the log to
/// it afterwards: every leaf that got 200 is there, and no tree head ever went back or forked.
/// </summary>
internal sealed class LogLoad : IDisposable
{
    private const int Submitters = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(20);
    private readonly HttpClient _http = new();
    private readonly Ed25519Signer _signer = Ed25519Signer.Generate();
    private readonly ConcurrentQueue<Hash> _promised = [];
    private readonly List<TreeHead> _heads = [];
    private readonly LogClient _log;
    private readonly PublicKey _logKey;

    /// <param name="logUrl">The log.</param>
    /// <param name="logKey">Its key.</param>
    public LogLoad(Uri logUrl, PublicKey logKey)
    {
        _log = new LogClient(_http, logUrl);
        _logKey = logKey;
    }

    /// <summary>How many leaves have got 200 so far.</summary>
    public int Promised => _promised.Count;

    /// <summary>Submits and reads until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellation) => Task.WhenAll(
        [.. Enumerable.Range(0, Submitters).Select(_ => SubmitAsync(cancellation)), ReadAsync(cancellation)]);

    /// <summary>Waits until <paramref name="count"/> more leaves have got 200.</summary>
    public Task WaitForMoreAsync(int count, CancellationToken cancellation)
    {
        int goal = Promised + count;
        return Eventually.UntilAsync(
            $"{goal} leaves to get 200", Patience, _ => Task.FromResult(Promised >= goal), cancellation);
    }

    /// <summary>Holds the log to what it said.</summary>
    public async Task CheckPromisesAsync(CancellationToken cancellation)
    {
        CosignedTreeHead published = await Eventually.GetAsync(
            $"the {Promised} leaves that got 200 to be published",
            TimeSpan.FromSeconds(10),
            async token => await _log.GetTreeHeadAsync(token) is var answer
                && answer.SignedTreeHead.TreeHead.Size >= (ulong)Promised ? answer : null,
            cancellation);
        Assert.True(published.SignedTreeHead.Verify(_logKey));
        TreeHead last = published.SignedTreeHead.TreeHead;
        foreach (Hash leaf in _promised)
        {
            InclusionProof proof = await _log.GetInclusionProofAsync(new(last.Size, leaf), cancellation);
            Assert.True(ProofVerifier.VerifyInclusion(leaf, proof.LeafIndex, last, proof.Path.AsSpan()));
        }

        TreeHead before = _heads[0];
        foreach (TreeHead after in _heads.Append(last).Skip(1))
        {
            Assert.True(after.Size >= before.Size, $"The published size went back from {before.Size} to {after.Size}.");
            if (after.Size == before.Size)
                Assert.Equal(before.RootHash, after.RootHash);
            else if (before.Size > 0)
                await CheckConsistencyAsync(before, after, cancellation);
            before = after;
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _signer.Dispose();
    }

    private async Task CheckConsistencyAsync(TreeHead before, TreeHead after, CancellationToken cancellation)
    {
        ConsistencyProof proof = await _log.GetConsistencyProofAsync(new(before.Size, after.Size), cancellation);
        Assert.True(
            ProofVerifier.VerifyConsistency(before, after, proof.Path.AsSpan()),
            $"The heads of sizes {before.Size} and {after.Size} are not consistent.");
    }

    private async Task SubmitAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            Hash message = new(RandomNumberGenerator.GetBytes(Hash.Size));
            AddLeafRequest request = await AddLeafRequest.SignAsync(message, _signer, CancellationToken.None);
            while (!cancellation.IsCancellationRequested)
            {
                AddLeafStatus status = AddLeafStatus.Accepted;
                await TryAsync(async token => status = await _log.AddLeafAsync(request, null, token), cancellation);
                if (status != AddLeafStatus.Committed)
                    continue;
                _promised.Enqueue(request.ToLeaf().LeafHash());
                break;
            }
        }
    }

    private async Task ReadAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            CosignedTreeHead? head = null;
            await TryAsync(async token => head = await _log.GetTreeHeadAsync(token), cancellation);
            if (head is not null)
            {
                if (!head.SignedTreeHead.Verify(_logKey))
                    throw new InvalidOperationException("The log served a tree head with a bad signature.");
                TreeHead treeHead = head.SignedTreeHead.TreeHead;
                if (_heads.Count == 0 || _heads[^1] != treeHead)
                    _heads.Add(treeHead);
            }

            await PauseAsync(cancellation);
        }
    }

    /// <summary>One attempt. What a log that is restarting does is no failure: refused and broken connections, 503.
    /// A short pause follows them.</summary>
    private static async Task TryAsync(Func<CancellationToken, Task> attempt, CancellationToken cancellation)
    {
        try
        {
            await attempt(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The caller looks at the token.
        }
        catch (LogClientException e) when (
            e.Failure is LogClientFailure.Transport or LogClientFailure.Timeout
            || e.StatusCode is HttpStatusCode.ServiceUnavailable)
        {
            await PauseAsync(cancellation);
        }
    }

    private static async Task PauseAsync(CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(RetryPause, TimeProvider.System, cancellation);
        }
        catch (OperationCanceledException)
        {
            // The caller looks at the token.
        }
    }
}
