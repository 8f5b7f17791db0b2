using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Sigsum.Client;
using Sigsum.Log.Hazards.Tests.Clients;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Merkle;
using Sigsum.Messages;
using Sigsum.Testing;

namespace Sigsum.Log.Hazards.Tests.History;

/// <summary>
/// Holds a log to everything that it ever said: (1) each leaf that got 200 is in the final tree; (2) every head that
/// anybody saw is one of the final tree's; (3) no client saw the size go back; (4) clients saw no error that they must
/// not see; (5) every proof that sigsum-submit wrote verifies.
/// </summary>
internal sealed class HazardCheck(HazardLog log, TimeSpan patience)
{
    private static readonly TimeSpan LastTry = TimeSpan.FromSeconds(1);
    private readonly ConcurrentQueue<string> _violations = [];
    private readonly LogClient _client = new(log.Http, log.PublicUrl);

    private bool _tooSmall;

    private HazardClients Clients => log.Clients;

    public async Task<HazardOutcome> RunAsync(CancellationToken cancellation)
    {
        await Clients.Fast.StopAsync();
        await Clients.Submit.StopAsync();
        if (await FinalHeadAsync(cancellation) is { } final)
        {
            await CheckCommitsAsync(final, cancellation);
            await CheckMonitorAsync(final, cancellation);
        }

        await CheckProofsAsync(cancellation);
        await Clients.Monitor.StopAsync();
        await CheckHeadsAsync(cancellation);
        await Clients.Heads.StopAsync();
        foreach (string complaint in log.History.Complaints.Concat(Clients.Notes.Errors))
            _violations.Enqueue(complaint);
        return new HazardOutcome(
            Clients.Fast.Commits.Count, log.History.BySize.Count, Clients.Submit.Proofs.Count, Clients.Notes.ToString(),
            [.. _violations]);
    }

    /// <summary>
    /// The head that the log publishes in the end, at least as large as any that was seen; or, if it does not, the one
    /// that it publishes instead.
    /// </summary>
    private async Task<TreeHead?> FinalHeadAsync(CancellationToken cancellation)
    {
        ulong expected = _tooSmall ? 0 : Math.Max(log.History.LargestSize, (ulong)Clients.Fast.Commits.Count);
        try
        {
            CosignedTreeHead head = await Eventually.GetAsync(
                $"the log to publish size {expected}", _tooSmall ? LastTry : patience,
                async token => await _client.GetTreeHeadAsync(token) is var answer
                    && answer.SignedTreeHead.TreeHead.Size >= expected ? answer : null,
                cancellation);
            if (!head.SignedTreeHead.Verify(log.Key.PublicKey))
                _violations.Enqueue("the final head has a bad signature");
            return head.SignedTreeHead.TreeHead;
        }
        catch (TimeoutException e)
        {
            _violations.Enqueue($"{e.Message} {e.InnerException?.Message}".TrimEnd());
            if (_tooSmall)
                return null;
            _tooSmall = true;
            return await FinalHeadAsync(cancellation);
        }
    }

    private Task CheckCommitsAsync(TreeHead final, CancellationToken cancellation) =>
        ForEachAsync(Clients.Fast.Commits, async (commit, token) =>
        {
            var (head, proof) = await IncludedAsync(commit, final, token);
            if (!ProofVerifier.VerifyInclusion(commit.LeafHash, proof.LeafIndex, head, proof.Path.AsSpan()))
                _violations.Enqueue($"the inclusion proof of leaf {commit.LeafHash}, which got 200, is wrong");
        }, commit => $"leaf {commit.LeafHash} got 200 and is not in the final tree", cancellation);

    /// <summary>
    /// A proof for a leaf that got 200. The last ones may be signed and not published yet, so a later head is asked for,
    /// until the log has had its time.
    /// </summary>
    private async Task<(TreeHead Head, InclusionProof Proof)> IncludedAsync(
        Commit commit, TreeHead final, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return (final, await _client.GetInclusionProofAsync(new(final.Size, commit.LeafHash), cancellation));
            }
            catch (LogClientException e) when (
                e.StatusCode == HttpStatusCode.NotFound && Stopwatch.GetElapsedTime(started) < patience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellation);
                final = (await _client.GetTreeHeadAsync(cancellation)).SignedTreeHead.TreeHead;
            }
        }
    }

    /// <summary>
    /// Checks the heads that were seen until now. What submitters left behind when they ended may be signed meanwhile;
    /// then the final head is a later one.
    /// </summary>
    private async Task CheckHeadsAsync(CancellationToken cancellation)
    {
        foreach (HazardNode node in log.Nodes)
            log.History.AddSigned(node.Name, node.Lines);
        IReadOnlyList<SeenHead> heads = log.History.BySize;
        foreach (IGrouping<ulong, SeenHead> same in heads.GroupBy(seen => seen.Head.Size).Where(g => g.Count() > 1))
        {
            _violations.Enqueue($"two heads of size {same.Key}: "
                + string.Join(", ", same.Select(seen => $"{seen.Head.RootHash} ({seen.Source})")));
        }

        if (await FinalHeadAsync(cancellation) is not { } final)
            return;
        await ForEachAsync(heads, async (seen, token) =>
        {
            if (!await IsPrefixAsync(seen.Head, final, token))
                _violations.Enqueue($"the head of size {seen.Head.Size} ({seen.Source}) is not one of the final tree");
        }, seen => $"there is no consistency proof from size {seen.Head.Size} ({seen.Source})", cancellation);
    }

    private async Task<bool> IsPrefixAsync(TreeHead head, TreeHead final, CancellationToken cancellation)
    {
        if (head.Size == final.Size)
            return head == final;
        if (head.Size == 0)
            return head == TreeHead.Empty;
        ConsistencyProof proof = await _client.GetConsistencyProofAsync(new(head.Size, final.Size), cancellation);
        return ProofVerifier.VerifyConsistency(head, final, proof.Path.AsSpan());
    }

    /// <summary>The monitor must get to the end, or its silence says nothing.</summary>
    private async Task CheckMonitorAsync(TreeHead final, CancellationToken cancellation)
    {
        try
        {
            await Eventually.UntilAsync(
                $"sigsum-monitor to look at {final.Size} leaves", patience,
                _ => Task.FromResult(Clients.Monitor.Checked >= final.Size), cancellation);
        }
        catch (TimeoutException)
        {
            _violations.Enqueue($"sigsum-monitor has looked at {Clients.Monitor.Checked} of {final.Size} leaves");
        }
    }

    private Task CheckProofsAsync(CancellationToken cancellation) =>
        ForEachAsync(Clients.Submit.Proofs, async (proof, token) =>
        {
            ProgramResult result = await Clients.Submit.VerifyAsync(proof, token);
            if (result.ExitCode != 0)
                _violations.Enqueue($"sigsum-verify refuses a proof: {result.Error.Trim()}");
        }, _ => "a proof could not be looked at", cancellation);

    private async Task ForEachAsync<T>(
        IEnumerable<T> all, Func<T, CancellationToken, Task> check, Func<T, string> failed, CancellationToken cancellation)
    {
        ParallelOptions options = new() { MaxDegreeOfParallelism = 4, CancellationToken = cancellation };
        await Parallel.ForEachAsync(all, options, async (item, token) =>
        {
            try
            {
                await check(item, token);
            }
            catch (LogClientException e)
            {
                _violations.Enqueue($"{failed(item)}: {e.Message}");
            }
        });
    }
}
