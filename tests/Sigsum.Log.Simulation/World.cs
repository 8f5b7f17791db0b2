using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Log.Failover;
using Sigsum.Log.Publication;
using Sigsum.Log.Signing;
using Sigsum.Log.Simulation.Cast;
using Sigsum.Log.Simulation.Checking;
using Sigsum.Log.Simulation.Machine;
using Sigsum.Log.Storage;
using Sigsum.Messages;
using Process = Sigsum.Log.Simulation.Machine.Process;

namespace Sigsum.Log.Simulation;

/// <summary>One log with its nodes, witnesses, clients and operator, from its birth to the end of its story.</summary>
internal sealed class World
{
    /// <summary>Name of the file that names the witnesses.</summary>
    public const string PolicyFile = "policy";

    private readonly Plan _plan;
    private readonly bool _logLines;

    public World(Plan plan, TextWriter? tellTo, bool logLines)
    {
        (_plan, _logLines) = (plan, logLines);
        // Each part draws from its own source, so that leaving out one deed does not change what the others come to.
        OperatorRandom = new Random(plan.Seed + 1);
        ClientRandom = new Random(plan.Seed + 2);
        DecayRandom = new Random(plan.Seed + 5);
        Story = new Story(() => Clock.Elapsed, tellTo);
        Truth = new Truth(Story);
        Wire = new Wire(Clock, new Random(plan.Seed + 3));
        LogKey = KeyOf("log");
        Witnesses = [.. Enumerable.Range(0, plan.Witnesses).Select(i =>
            new Witness($"witness-{i}", KeyOf($"witness-{i}"), KeyOf("liar"), LogKey.PublicKey, Clock))];
        Nodes = [.. Enumerable.Range(0, plan.Nodes).Select(i => new Node(this, i, KeyOf($"node-{i}")) { Quorum = plan.Quorum })];
        Operator = new Operator(this);
        Weather = new Weather(this);
        Policy = plan.Witnesses == 0 ? null : MakePolicy();
        Wire.Names["log"] = "node-0";
        Wire.Answered += OnAnswered;
    }

    public Clock Clock { get; } = new();

    public Random OperatorRandom { get; }

    public Random ClientRandom { get; }

    public Random DecayRandom { get; }

    public Story Story { get; }

    public Truth Truth { get; }

    public Wire Wire { get; }

    public Ed25519Signer LogKey { get; }

    public IReadOnlyList<Witness> Witnesses { get; }

    public IReadOnlyList<Node> Nodes { get; }

    public Operator Operator { get; }

    public Weather Weather { get; }

    /// <summary>Names the witnesses; null where there are none.</summary>
    public byte[]? Policy { get; }

    public TimeSpan Interval => _plan.Interval;

    /// <summary>How often nodes look through their store; often, where there is something to find.</summary>
    public TimeSpan ScrubInterval => _plan.Acts.Any(act => act.Deed is Deed.Decay or Deed.DecayAndRebuild) ? TimeSpan.FromMinutes(1) : TimeSpan.FromHours(24);

    /// <summary>Nodes that are gone for good, as the operator has written into the configuration of all others.</summary>
    public List<Guid> LostNodes { get; } = [];

    /// <summary>Whether the troubles are over.</summary>
    public bool IsHealing { get; private set; }

    /// <summary>Lives through the plan, then heals the world, and looks whether it is whole.</summary>
    public async Task LiveAsync()
    {
        Story.Tell("world", $"seed {_plan.Seed}: {_plan.Nodes} nodes, quorum {_plan.Quorum}, {_plan.Witnesses} witnesses{(_plan.Scene is null ? "" : $", scene {_plan.Scene}")}");
        foreach (var witness in Witnesses)
            _ = new WireListener(Wire, new Process(witness.Host, witness.Host), 80, witness.AnswerAsync);
        foreach (var node in Nodes)
            Bear(node, node.Number == 0 ? NodeRole.Primary : NodeRole.Secondary);
        var clients = new Clients(this, KeyOf("submitter"));
        clients.Start(_plan.SubmitPause);
        if (_plan.Scene is not null)
            _ = Guarded(new Strays(this).AskAsync(_plan.SubmitPause));
        foreach (var node in Nodes)
            _ = Guarded(node.SuperviseAsync());
        foreach (var act in _plan.Acts)
            Clock.After(act.At, () => _ = Guarded(Operator.DoAsync(act)));
        while (Clock.Elapsed < _plan.Length && Truth.Broken is null)
        {
            await Clock.DelayAsync(TimeSpan.FromSeconds(1));
            NoteWhoCaughtUp();
        }

        clients.Stop();
        IsHealing = true;
        if (Truth.Broken is null)
            await new Healing(this, clients).RunAsync();
    }

    /// <summary>A client outside the log.</summary>
    /// <param name="host">Where it is.</param>
    /// <param name="log">Whom it asks; the log's name in general.</param>
    public LogClient NewClient(string host, Uri? log = null)
    {
        var process = new Process(host, host);
        var machine = new SimulatedMachine(new Host(host, (_, _) => DiskWrite.Done), process, Wire, _ => LogKey);
        return new LogClient(machine.NewWitnessHttp(), log ?? new Uri("http://log:6965/"),
            new ClientOptions { TimeProvider = new ProcessTime(Clock, process) });
    }

    /// <summary>Where the log lines of a process go.</summary>
    public ILoggerFactory LoggersOf(Process process) =>
        _logLines ? new StoryLoggers(Story, process) : NullLoggerFactory.Instance;

    /// <summary>A tree head was signed by a node.</summary>
    public void OnSigned(Node node, Process process, TreeHead head) => Truth.OnSigned(
        process, node.Host.Tree!, head, EpochOf(node),
        Nodes.Where(other => other != node).Select(other => (other.Host.Name, other.Lost.Append(other.Host.Tree!))),
        head.Size == 0 ? 0 : node.PrimaryOptions.SecondaryQuorum);

    /// <summary>A node answers: 200 says that the leaf is under a head that is on its disk, come what may.</summary>
    private void OnAnswered(Process process, WireCall call, int status)
    {
        if (status != StatusCodes.Status200OK || call.Request.RequestUri!.AbsolutePath != "/add-leaf"
            || Nodes.FirstOrDefault(node => node.Process == process) is not { IsDamaged: false } node)
            return;
        var signed = node.Host.Files.Certain("sth") is { } sth ? SignedTreeHead.Parse(sth).TreeHead.Size : 0;
        var published = node.Host.Tree!.Records.TryGetValue(Publisher.RecordKey, out var record)
            ? Publisher.ParsePublished(record, null).SignedTreeHead.TreeHead.Size
            : 0;
        Truth.OnAcknowledging(node.Host.Name, AddLeafRequest.Parse(call.Body).ToLeaf().LeafHash(), Math.Max(signed, published));
    }

    /// <summary>The epoch of the latest promotion that a node has stored.</summary>
    public static ulong EpochOf(Node node) => RecordOf(node)?.Epoch ?? 0;

    /// <summary>The latest promotion that a node has stored.</summary>
    public static PromotionRecord? RecordOf(Node node) =>
        node.Host.Tree!.Records.TryGetValue(Succession.RecordKey, out var bytes) ? PromotionRecord.Parse(bytes) : null;

    /// <summary>The node that the latest promotion names, or the first one; null where that node is gone.</summary>
    public Node? Named()
    {
        var latest = Nodes.Select(RecordOf).MaxBy(record => record?.Epoch ?? 0);
        return latest is null ? Nodes[0] : Nodes.FirstOrDefault(node => node.Host.Tree!.Identity.NodeId == latest.NodeId);
    }

    /// <summary>Whether a node goes by its own promotion.</summary>
    public static bool IsPromoted(Node node) =>
        node.Role == NodeRole.Primary && RecordOf(node) is { } record && record.NodeId == node.Host.Tree!.Identity.NodeId;

    /// <summary>Whether a node that was primary has stored that another one was promoted.</summary>
    public static bool HasSuccessor(Node node) =>
        node.Role == NodeRole.Primary && RecordOf(node) is { } record && record.NodeId != node.Host.Tree!.Identity.NodeId;

    /// <summary>Whether a node has not heard of the latest promotion.</summary>
    public bool LacksPromotion(Node node) => EpochOf(node) < Nodes.Max(EpochOf);

    /// <summary>Whether a node could take the place of any other: it holds all that is signed, and has the role that is its own.</summary>
    public bool IsInPlace(Node node) => IsNotLost(node) && Truth.IsHeldBy(node.Host.Tree!);

    /// <summary>Whether a node has lost nothing, and has the role that is its own; leaves may still be on the way to it.</summary>
    public bool IsNotLost(Node node) =>
        !node.IsBehind && !node.IsDamaged && !LacksPromotion(node) && !HasSuccessor(node);

    /// <summary>Whether the primary has this node on its roster, or is this node: only then can it take the place of the primary.</summary>
    public bool IsListed(Node node)
    {
        var primary = Named();
        return primary == node || (primary is not null
            && primary.Host.Tree!.Records.TryGetValue(RosterRecord.RecordKey, out var bytes) && Roster.Parse(bytes) is var roster
            && roster.Primary == primary.Host.Tree.Identity.NodeId
            && roster.Secondaries.Any(entry => entry.NodeId == node.Host.Tree!.Identity.NodeId));
    }

    /// <summary>Waits for what a process does, or until it is dead.</summary>
    public static async Task<T> UnlessDeadAsync<T>(Process process, Task<T> work)
    {
        await UnlessDeadAsync(process, (Task)work);
        return await work;
    }

    /// <inheritdoc cref="UnlessDeadAsync{T}"/>
    public static async Task UnlessDeadAsync(Process process, Task work)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.Ended += () => ended.TrySetException(new KilledException());
        await await Task.WhenAny(work, ended.Task);
    }

    private static Guid IdOf(string name) => new(SHA256.HashData(Encoding.UTF8.GetBytes(name))[..16]);

    private Ed25519Signer KeyOf(string name) =>
        Ed25519Signer.FromSeed(SHA256.HashData(Encoding.UTF8.GetBytes($"{_plan.Seed} {name}")));

    /// <summary>What `sigsum-log init` makes.</summary>
    public void Bear(Node node, NodeRole role)
    {
        var type = role == NodeRole.Primary ? TreeType.Log : TreeType.PreorderedLog;
        var name = node.Lost.Count == 0 ? node.Host.Name : $"{node.Host.Name}, after {node.Lost.Count}";
        node.Host.Tree = new StoredTree(
            StoreIdentity.ForNew(role, type, LogKey.PublicKey.KeyHash()) with { NodeId = IdOf(name) });
        WritePolicy(node);
        if (role != NodeRole.Primary)
            return;
        var (process, services) = node.NewProcess("init");
        new StartupFile("sth", services.Machine.Disk).Create(StartupMode.Empty);
        process.Kill();
    }

    /// <summary>Puts the policy where the node looks for it.</summary>
    public void WritePolicy(Node node)
    {
        if (Policy is null)
            return;
        var (process, services) = node.NewProcess("editor");
        services.Machine.Disk.Delete(PolicyFile);
        DurableFile.Create(services.Machine.Disk, PolicyFile, Policy);
        process.Kill();
    }

    private byte[] MakePolicy()
    {
        var text = new StringBuilder();
        foreach (var witness in Witnesses)
            text.Append(CultureInfo.InvariantCulture, $"witness {witness.Host} {witness.PublicKey} http://{witness.Host}\n");
        text.Append(CultureInfo.InvariantCulture, $"group all {(Witnesses.Count + 1) / 2} {string.Join(' ', Witnesses.Select(witness => witness.Host))}\nquorum all\n");
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    private void NoteWhoCaughtUp()
    {
        foreach (var node in Nodes)
        {
            if (node.IsBehind && Truth.IsHeldBy(node.Host.Tree!) && !LacksPromotion(node))
                node.IsBehind = false;
        }
    }

    private async Task Guarded(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception error)
        {
            Truth.Break("the simulator itself", error.ToString());
        }
    }
}
