using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Messages;
using Sigsum.Testing;

namespace Sigsum.Log.Hazards.Tests.Clients;

/// <summary>
/// Submitters in this process, one leaf after the other, each posted again until it gets 200. Every leaf that did is
/// remembered, to hold the log to it.
/// </summary>
internal sealed class FastSubmitter(Uri logUrl, int submitters, ClientNotes notes) : ClientLoop
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan PauseBetweenLeaves = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PauseBeforeRetry = TimeSpan.FromMilliseconds(25);
    private readonly HttpClient _http = SigsumHttp.CreateForLogs();
    private readonly Ed25519Signer _signer = Ed25519Signer.Generate();
    private readonly ConcurrentQueue<Commit> _commits = [];

    /// <summary>The leaves that got 200 so far.</summary>
    public IReadOnlyCollection<Commit> Commits => _commits;

    /// <summary>Waits until <paramref name="count"/> more leaves have got 200.</summary>
    public Task WaitForMoreAsync(int count, CancellationToken cancellation)
    {
        int goal = _commits.Count + count;
        return Eventually.UntilAsync(
            $"{goal} leaves to get 200", Patience, _ => Task.FromResult(_commits.Count >= goal), cancellation);
    }

    /// <summary>Waits for the first 200 to a request that was sent after a moment; returns how long after it came.</summary>
    /// <param name="moment">A timestamp of Stopwatch.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<TimeSpan> FirstCommitAfterAsync(long moment, CancellationToken cancellation)
    {
        Commit first = await Eventually.GetAsync(
            "a leaf to get 200", Patience,
            _ => Task.FromResult(_commits.Where(commit => commit.Sent >= moment).MinBy(commit => commit.Answered)),
            cancellation);
        return Stopwatch.GetElapsedTime(moment, first.Answered);
    }

    /// <summary>The longest time between two leaves that got 200, since a moment.</summary>
    public TimeSpan LongestPauseSince(long moment)
    {
        long[] answered = [.. _commits.Select(commit => commit.Answered).Where(at => at >= moment).Prepend(moment).Order()];
        return answered.Zip(answered.Skip(1), Stopwatch.GetElapsedTime).DefaultIfEmpty().Max();
    }

    protected override Task RunAsync(CancellationToken enough) =>
        Task.WhenAll(Enumerable.Range(0, submitters).Select(_ => SubmitAsync(enough)));

    protected override void Release()
    {
        _http.Dispose();
        _signer.Dispose();
    }

    private async Task SubmitAsync(CancellationToken enough)
    {
        LogClient log = new(_http, logUrl);
        while (!enough.IsCancellationRequested)
        {
            Hash message = new(RandomNumberGenerator.GetBytes(Hash.Size));
            AddLeafRequest request = await AddLeafRequest.SignAsync(message, _signer, CancellationToken.None);
            long posted = Stopwatch.GetTimestamp();
            while (!enough.IsCancellationRequested && !await PostAsync(log, request, posted, enough))
                await PauseAsync(PauseBeforeRetry, enough);
            await PauseAsync(PauseBetweenLeaves, enough);
        }
    }

    /// <summary>One attempt; whether it got 200.</summary>
    private async Task<bool> PostAsync(LogClient log, AddLeafRequest request, long posted, CancellationToken enough)
    {
        long sent = Stopwatch.GetTimestamp();
        try
        {
            if (await log.AddLeafAsync(request, null, enough) == AddLeafStatus.Committed)
            {
                _commits.Enqueue(new Commit(request.ToLeaf().LeafHash(), posted, sent, Stopwatch.GetTimestamp()));
                return true;
            }

            notes.NoteAccepted();
        }
        catch (LogClientException error)
        {
            notes.Note("submitter", error);
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
            // The caller looks at the token.
        }

        return false;
    }
}
