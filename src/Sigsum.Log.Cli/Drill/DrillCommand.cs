using Sigsum.Checkpoints;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Log.Cli.Demo;
using Sigsum.Log.Failover;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Log.Witnessing;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Cli.Drill;

/// <summary>One step of a drill, and how long it took.</summary>
internal sealed record DrillStep(string Name, long Milliseconds, string Finding);

/// <summary>
/// Rehearses a complete failover with real processes on this machine: a log with a key of its own, whose primary is killed,
/// whose secondary is promoted, which gets a new secondary, and whose old primary comes back and rejoins.
/// </summary>
internal sealed class DrillCommand : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly TimeProvider _time = TimeProvider.System;
    private readonly List<DrillStep> _steps = [];
    private readonly List<Hash> _promised = [];
    private readonly HttpClient _http = SigsumHttp.CreateForLogs();
    private readonly string _folder;
    private readonly DrillNode _a;
    private readonly DrillNode _b;
    private readonly DrillNode _c;
    private readonly Ed25519Signer _logKey;
    private readonly Ed25519Signer _submitter;
    private TrialWitness? _witness;
    private int _copied;

    public DrillCommand(string folder)
    {
        _folder = folder;
        var ports = DemoInstance.FreePorts(6);
        _a = new DrillNode(folder, "a", ports[0], ports[1]);
        _b = new DrillNode(folder, "b", ports[2], ports[3]);
        _c = new DrillNode(folder, "c", ports[4], ports[5]);
        _logKey = DemoFiles.Key(LogKeyFile);
        _submitter = DemoFiles.Key(Path.Combine(folder, "submitter.key"));
        foreach (var node in new[] { _a, _b, _c })
            DemoFiles.Key(node.KeyFile).Dispose();
    }

    /// <summary>From the loss of the primary until a new leaf got 200; null before that.</summary>
    public long? PauseMs { get; private set; }

    private string LogKeyFile => Path.Combine(_folder, "log.key");

    private string PolicyFile => Path.Combine(_folder, "policy");

    /// <summary>Runs the drill.</summary>
    /// <param name="copy">A copy of a node's directory, whose leaves the log of the drill begins with; null for none.</param>
    /// <param name="leaves">How many leaves are submitted before the failure.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="FailoverException">A step did not show what it should.</exception>
    public async Task<IReadOnlyList<DrillStep>> RunAsync(string? copy, int leaves, CancellationToken cancellationToken)
    {
        await StepAsync("make a log of two nodes and a witness", () => MakeAsync(copy, cancellationToken));
        await StepAsync("start both", () => StartAsync(cancellationToken));
        await StepAsync($"submit {leaves} leaves", () => SubmitAsync(_a, leaves, cancellationToken));
        var before = await PublishedAsync(_a, cancellationToken);
        await StepAsync("the primary dies (kill -9)", async () =>
        {
            await _a.KillAsync(cancellationToken);
            return $"it had published size {before.Size}";
        });
        var failed = _time.GetTimestamp();
        await StepAsync("stop the secondary", async () =>
        {
            await _b.StopAsync(cancellationToken);
            return "clean";
        });
        await StepAsync("promote", () => PromoteAsync(cancellationToken));
        await StepAsync("start it as primary, with a new secondary", () => StartPromotedAsync(before, cancellationToken));
        await StepAsync("first new leaf", async () =>
        {
            await SubmitAsync(_b, 1, cancellationToken);
            PauseMs = (long)_time.GetElapsedTime(failed).TotalMilliseconds;
            return $"200 after {PauseMs} ms without the log";
        });
        await StepAsync("hold the log to what it promised", () => CheckAsync(before, cancellationToken));
        await StepAsync("the old primary comes back", async () =>
        {
            var exitCode = await _a.StartInVainAsync("primary", PrimaryOptions(_a, _b), cancellationToken);
            return $"refuses, exit code {exitCode}";
        });
        await StepAsync("it rejoins", () => RejoinAsync(cancellationToken));
        return _steps;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var node in new[] { _a, _b, _c })
            await node.DisposeAsync();
        if (_witness is not null)
            await _witness.DisposeAsync();
        _http.Dispose();
        _logKey.Dispose();
        _submitter.Dispose();
    }

    private async Task StepAsync(string name, Func<Task<string>> step)
    {
        var started = _time.GetTimestamp();
        var finding = await step();
        _steps.Add(new DrillStep(name, (long)_time.GetElapsedTime(started).TotalMilliseconds, finding));
    }

    private async Task<string> MakeAsync(string? copy, CancellationToken cancellationToken)
    {
        _witness = await TrialWitness.StartAsync(
            new TrialWitnessOptions
            {
                Name = "drill-witness",
                Signer = DemoFiles.Key(Path.Combine(_folder, "witness.key")),
                Logs = [_logKey.PublicKey],
            },
            cancellationToken);
        await File.WriteAllTextAsync(PolicyFile, $"""
            # a policy for {SigsumOrigin.ForLog(_logKey.PublicKey)}
            witness drill-witness {_witness.PublicKey} {_witness.Url.ToString().TrimEnd('/')}
            quorum drill-witness

            """, cancellationToken);
        var leaves = copy is null ? [] : ReadCopy(copy);
        _copied = leaves.Count;
        Fill(_a.DataDir, NodeRole.Primary, TreeType.Log, leaves);
        Fill(_b.DataDir, NodeRole.Secondary, TreeType.PreorderedLog, leaves);
        new StartupFile(_a.SthFile, HostDisk.Instance).Create(leaves.Count == 0 ? StartupMode.Empty : StartupMode.LocalTree);
        return copy is null ? "empty" : $"with the {leaves.Count} leaves of {copy}";
    }

    /// <summary>The copy is read and nothing else: its log's key is not needed, and none of its heads is signed.</summary>
    private static List<Leaf> ReadCopy(string copy)
    {
        using var store = RocksDbLogStore.OpenReadOnly(copy);
        var leaves = new List<Leaf>((int)store.TreeHead.Size);
        for (ulong at = 0; at < store.TreeHead.Size; at = (ulong)leaves.Count)
            leaves.AddRange(SetAsideFile.Read(store, at, store.TreeHead.Size));
        return leaves;
    }

    private void Fill(string directory, NodeRole role, TreeType type, List<Leaf> leaves)
    {
        using var store = RocksDbLogStore.Create(directory, StoreIdentity.ForNew(role, type, _logKey.PublicKey.KeyHash()));
        var appender = TreeAppender.Restore(store);
        foreach (var chunk in leaves.Chunk(4096))
        {
            var batch = appender.Prepare(chunk, [.. chunk.Select(leaf => leaf.LeafHash())], []);
            store.Commit(batch);
            appender.Accept(batch);
        }
    }

    private async Task<string> StartAsync(CancellationToken cancellationToken)
    {
        await _b.StartAsync("secondary", SecondaryOptions(_b, _a), cancellationToken);
        await _a.StartAsync("primary", PrimaryOptions(_a, _b), cancellationToken);
        return $"log at {_a.Url}";
    }

    private async Task<string> PromoteAsync(CancellationToken cancellationToken)
    {
        await DrillNode.CommandAsync(
        [
            "promote", $"--data-dir={_b.DataDir}", $"--sth-file={_b.SthFile}", $"--key-file={LogKeyFile}",
            $"--primary-url={_a.InternalUrl}", $"--policy-file={PolicyFile}", "--yes",
        ], cancellationToken);
        return "done";
    }

    private async Task<string> StartPromotedAsync(TreeHead before, CancellationToken cancellationToken)
    {
        Fill(_c.DataDir, NodeRole.Secondary, TreeType.PreorderedLog, []);
        await _c.StartAsync("secondary", SecondaryOptions(_c, _b), cancellationToken);
        await _b.StartAsync("primary", PrimaryOptions(_b, _c), cancellationToken);
        var shown = await UntilAsync<TreeHead>("a published head", async () => await PublishedAsync(_b, cancellationToken), cancellationToken);
        return shown.Size >= before.Size
            ? $"published size {shown.Size} is no smaller than before"
            : throw new FailoverException($"the published size went back from {before.Size} to {shown.Size}");
    }

    private async Task<string> CheckAsync(TreeHead before, CancellationToken cancellationToken)
    {
        var client = new LogClient(_http, _b.Url);
        var after = await UntilAsync("all leaves to be published", async () =>
            await PublishedAsync(_b, cancellationToken) is var head && head.Size >= (ulong)(_copied + _promised.Count)
                ? head
                : (TreeHead?)null,
            cancellationToken);
        foreach (var leaf in _promised)
        {
            var proof = await client.GetInclusionProofAsync(new(after.Size, leaf), cancellationToken);
            if (!ProofVerifier.VerifyInclusion(leaf, proof.LeafIndex, after, proof.Path.AsSpan()))
                throw new FailoverException($"the proof for leaf {leaf} does not verify");
        }

        if (before.Size > 0)
        {
            var proof = await client.GetConsistencyProofAsync(new(before.Size, after.Size), cancellationToken);
            if (!ProofVerifier.VerifyConsistency(before, after, proof.Path.AsSpan()))
                throw new FailoverException("the heads before and after are not consistent");
        }

        return $"{_promised.Count} leaves that got 200 are in size {after.Size}, which is consistent with size {before.Size}";
    }

    private async Task<string> RejoinAsync(CancellationToken cancellationToken)
    {
        await DrillNode.CommandAsync(
        [
            "rejoin", $"--data-dir={_a.DataDir}", $"--sth-file={_a.SthFile}", $"--primary-url={_b.InternalUrl}", "--yes",
        ], cancellationToken);
        await _a.StartAsync("secondary", SecondaryOptions(_a, _b), cancellationToken);
        var primary = new NodeClient(_http, _b.InternalUrl);
        var secondary = new NodeClient(_http, _a.InternalUrl);
        var size = await UntilAsync("the old primary to hold the tree", async () =>
        {
            var there = NodeStatus.Parse(await primary.GetStatusAsync(cancellationToken));
            var here = NodeStatus.Parse(await secondary.GetStatusAsync(cancellationToken));
            return there.Root == here.Root ? there.Size : (ulong?)null;
        }, cancellationToken);
        return $"holds all {size} leaves as a secondary";
    }

    private async Task<string> SubmitAsync(DrillNode node, int count, CancellationToken cancellationToken)
    {
        var client = new LogClient(_http, node.Url);
        for (var i = 0; i < count; i++)
        {
            var request = await AddLeafRequest.SignAsync(Hash.Sha256(Guid.NewGuid().ToByteArray()), _submitter, cancellationToken);
            await UntilAsync("200 for a leaf", async () =>
                await client.AddLeafAsync(request, null, cancellationToken) == AddLeafStatus.Committed ? true : (bool?)null,
                cancellationToken);
            _promised.Add(request.ToLeaf().LeafHash());
        }

        return $"{count} got 200";
    }

    private async Task<TreeHead> PublishedAsync(DrillNode node, CancellationToken cancellationToken)
    {
        var head = await new LogClient(_http, node.Url).GetTreeHeadAsync(cancellationToken);
        return head.SignedTreeHead.Verify(_logKey.PublicKey)
            ? head.SignedTreeHead.TreeHead
            : throw new FailoverException("the log shows a head that is not signed with its key");
    }

    private IEnumerable<string> PrimaryOptions(DrillNode node, DrillNode secondary) =>
    [
        $"--key-file={LogKeyFile}", $"--sth-file={node.SthFile}", $"--policy-file={PolicyFile}",
        $"--secondary-url={secondary.InternalUrl}", $"--secondary-pubkey-file={DemoFiles.Public(secondary.KeyFile)}",
    ];

    private IEnumerable<string> SecondaryOptions(DrillNode node, DrillNode primary) =>
    [
        $"--key-file={node.KeyFile}", $"--primary-url={primary.InternalUrl}", $"--log-key-file={DemoFiles.Public(LogKeyFile)}",
    ];

    /// <summary>Asks until there is an answer; a log that says 503 or is not there yet is asked again.</summary>
    private async Task<T> UntilAsync<T>(string what, Func<Task<T?>> ask, CancellationToken cancellationToken)
        where T : struct
    {
        var started = _time.GetTimestamp();
        while (_time.GetElapsedTime(started) < Patience)
        {
            try
            {
                if (await ask() is { } answer)
                    return answer;
            }
            catch (LogClientException error) when (error.Failure is LogClientFailure.Transport or LogClientFailure.Timeout
                || error.StatusCode == System.Net.HttpStatusCode.ServiceUnavailable)
            {
                // Not yet.
            }

            await Task.Delay(Pause, _time, cancellationToken);
        }

        throw new FailoverException($"waited {Patience.TotalSeconds:0} s for {what}");
    }
}
