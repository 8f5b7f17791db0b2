using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.History;
using Sigsum.Messages;
using Sigsum.Testing;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>What the tests of hazards share.</summary>
public abstract partial class HazardTest
{
    /// <summary>The longest that a test waits for what has to come.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Lets a primary of ours answer 202 soon, where a test waits for that.</summary>
    private protected static readonly (string, string?) ShortCommitWait = ("commit-wait", "100ms");

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Waits for a state of things that gives no event.</summary>
    protected static Task UntilAsync(string what, Func<bool> state) =>
        UntilAsync(what, () => Task.FromResult(state()));

    /// <inheritdoc cref="UntilAsync(string, Func{bool})"/>
    protected static Task UntilAsync(string what, Func<Task<bool>> state) =>
        Eventually.UntilAsync(what, Patience, _ => state(), Cancellation);

    /// <summary>Waits until submitters have heard 202 some more times, and so have been told of nothing better.</summary>
    private protected static Task HearAcceptedAsync(HazardLog log, int times)
    {
        int goal = log.Clients.Notes.Accepted + times;
        return UntilAsync($"202 to be heard {times} more times", () => log.Clients.Notes.Accepted >= goal);
    }

    /// <summary>The head in a node's sth file: what it has signed last.</summary>
    private protected static TreeHead SignedBy(HazardNode node) =>
        SignedTreeHead.Parse(File.ReadAllBytes(node.Folder.Sth)).TreeHead;

    /// <summary>What a node says at <c>/readyz</c>.</summary>
    private protected static async Task<string> ReadinessAsync(HazardLog log, HazardNode node)
    {
        using HttpResponseMessage answer = await log.Http.GetAsync(new Uri(node.InternalUrl, "readyz"), Cancellation);
        return await answer.Content.ReadAsStringAsync(Cancellation);
    }

    /// <summary>
    /// Gives a secondary a new disk, on which it begins anew, as another node, and starts it. The primary waits for the
    /// node that it had, until its operator declares it lost; returns when that was done.
    /// </summary>
    private protected static async Task<long> MakeAnewAsync(HazardLog log, HazardNode secondary)
    {
        if (secondary.IsRunning)
            await secondary.StopAsync(Cancellation);
        secondary.Folder.Clear();
        (await secondary.RunAsync("init", ["data-dir", "log-key-file"], Cancellation, "--role=secondary")).Succeeded();
        await secondary.StartAsync(Cancellation);
        string line = await log.Primary.WaitForLineAsync("--lost-node=", Cancellation);
        log.Primary.Arguments.Add("lost-node", LostNode().Match(line).Groups[1].Value);
        await log.Primary.StopAsync(Cancellation);
        long started = Stopwatch.GetTimestamp();
        await log.Primary.StartAsync(Cancellation);
        return started;
    }

    [GeneratedRegex("--lost-node=([0-9a-f]{32})")]
    private static partial Regex LostNode();

    /// <summary>Submits one leaf of its own to a node, again and again until the node has stored it.</summary>
    private protected static async Task<Hash> StoreLeafAsync(HazardLog log, HazardNode node)
    {
        using Ed25519Signer signer = Ed25519Signer.Generate();
        AddLeafRequest request = await AddLeafRequest.SignAsync(new Hash(RandomNumberGenerator.GetBytes(Hash.Size)), signer, Cancellation);
        Hash leaf = request.ToLeaf().LeafHash();
        LogClient client = new(log.Http, node.Url);
        await Eventually.UntilAsync("a leaf to be stored", Patience, async cancellation =>
        {
            await client.AddLeafAsync(request, null, cancellation);
            return (await LeavesOfAsync(log, node)).Contains(leaf);
        }, Cancellation);
        return leaf;
    }

    /// <summary>The hashes of all leaves that a node has stored, signed or not.</summary>
    private protected static async Task<HashSet<Hash>> LeavesOfAsync(HazardLog log, HazardNode node)
    {
        const ulong batch = 512;
        FeedClient feed = new(log.Http, node.InternalUrl);
        HashSet<Hash> hashes = [];
        while (true)
        {
            ulong start = (ulong)hashes.Count;
            FeedBatch next = await feed.GetLeavesAsync(start, start + batch, TimeSpan.Zero, Cancellation);
            if (next.Leaves.Count == 0)
                return hashes;
            hashes.UnionWith(next.Leaves.Select(leaf => leaf.LeafHash()));
        }
    }

    /// <summary>Stops our nodes and has each recompute all that it has stored.</summary>
    private protected static async Task VerifyStoresAsync(HazardLog log)
    {
        foreach (HazardNode node in log.Nodes.Where(node => node.Kind == ServerKind.Ours))
        {
            await node.StopAsync(Cancellation);
            (await node.RunAsync("verify", ["data-dir", "sth-file"], Cancellation, $"--log-key-file={log.Key.PublicFile}"))
                .Succeeded();
        }
    }

    /// <summary>Ends the test: ours must be whole, of log-go it is told what it is.</summary>
    private protected static async Task<string> EndAsync(HazardLog log, ServerKind kind = ServerKind.Ours)
    {
        HazardOutcome outcome = await log.EndAsync(Cancellation);
        if (kind == ServerKind.Ours)
            outcome.MustBeWhole();
        return outcome.Violations.IsEmpty
            ? outcome.ToString()
            : $"{outcome}; wrong: {string.Join("; ", outcome.Violations.Take(3))}, {outcome.Violations.Length} in all";
    }
}
