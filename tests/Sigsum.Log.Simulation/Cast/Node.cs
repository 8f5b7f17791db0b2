using Sigsum.Crypto;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Hosting;
using Sigsum.Log.Scrubbing;
using Sigsum.Log.Simulation.Machine;
using Sigsum.Log.Storage;
using Process = Sigsum.Log.Simulation.Machine.Process;

namespace Sigsum.Log.Simulation.Cast;

/// <summary>One host of the log, with a supervisor that starts its program again when it ends, as systemd does.</summary>
internal sealed class Node
{
    private readonly World _world;
    private readonly Queue<(int After, DiskWrite Fate)> _fates = new();
    private TaskCompletionSource _changed = NewSource();
    private FileTable? _copiedFiles;
    private StoredTree? _copiedTree;
    private bool _wanted = true;
    private NodeHealth? _health;

    public Node(World world, int number, Ed25519Signer key)
    {
        (_world, Number, Key) = (world, number, key);
        Host = new Host($"node-{number}", Fate);
    }

    /// <summary>Which one.</summary>
    public int Number { get; }

    /// <summary>The key that it acknowledges with.</summary>
    public Ed25519Signer Key { get; }

    /// <summary>Its host.</summary>
    public Host Host { get; }

    /// <summary>Its program; null while none runs.</summary>
    public Process? Process { get; private set; }

    /// <summary>How other nodes reach it.</summary>
    public SecondaryPeer Peer => new(new Uri($"http://{Host.Name}:6967/"), Key.PublicKey);

    /// <summary>Where clients reach it.</summary>
    public Uri ExternalUrl => new($"http://{Host.Name}:6965/");

    /// <summary>
    /// Starts as a plain primary with these secondaries, as the configuration of old times says; null for `sigsum-log node`.
    /// </summary>
    public IReadOnlyList<Node>? AsPrimaryOf { get; set; }

    /// <summary>How the node is told to run.</summary>
    public int Quorum { get; set; }

    /// <summary>What it has held, and lost when it was put back to an older copy.</summary>
    public List<StoredTree> Lost { get; } = [];

    /// <summary>Whether it was put back to an older copy, and has not caught up since.</summary>
    public bool IsBehind { get; set; }

    /// <summary>Whether anything that it has stored is no longer what was written.</summary>
    public bool IsDamaged => Host.Files.Damaged.Any() || Host.Tree!.IsDamaged;

    /// <summary>Whether its program looks through the store, and has found nothing.</summary>
    public bool SeesNoDamage => StoreIs(ok: true);

    /// <summary>Whether its program runs, and is closed because damage was found.</summary>
    public bool IsClosed => StoreIs(ok: false);

    /// <summary>Whether damage was found, and the store remembers that.</summary>
    public bool KnowsDamage => Host.Tree!.Records.ContainsKey(DamageMark.RecordKey);

    /// <summary>What the store says of the node.</summary>
    public NodeRole Role => Host.Tree!.Identity.Role;

    /// <summary>Starts and restarts the program for as long as the world lasts.</summary>
    public async Task SuperviseAsync()
    {
        while (true)
        {
            while (!_wanted)
                await _changed.Task;
            await RunOnceAsync();
            await _world.Clock.DelayAsync(TimeSpan.FromSeconds(1 + (9 * _world.OperatorRandom.NextDouble())));
        }
    }

    /// <summary>From now on the supervisor starts it, if it does not run.</summary>
    public void Start()
    {
        _wanted = true;
        Change();
    }

    /// <summary>Stops it, cleanly or not, and keeps it stopped.</summary>
    public async Task StopAsync(bool cleanly)
    {
        _wanted = false;
        Change();
        if (!cleanly)
            Process?.Kill();
        while (Process is { Alive: true })
            await _world.Clock.DelayAsync(TimeSpan.FromMilliseconds(100));
    }

    /// <summary>The n-th next write to its disk meets this fate.</summary>
    public void Doom(int after, DiskWrite fate) => _fates.Enqueue((after, fate));

    /// <summary>Nothing more is to happen to its disk.</summary>
    public void Spare() => _fates.Clear();

    /// <summary>The power fails.</summary>
    public void LosePower()
    {
        Process?.Kill();
        Host.LosePower(_world.OperatorRandom);
    }

    /// <summary>Takes a copy of disk and store.</summary>
    public void TakeCopy() => (_copiedFiles, _copiedTree) = (Host.Files.Copy(), Host.Tree!.Copy());

    /// <summary>Puts the copy in their place; the node must be stopped.</summary>
    /// <returns>Whether there was one.</returns>
    public bool PutBackCopy()
    {
        if (_copiedFiles is null)
            return false;
        Lost.Add(Host.Tree!);
        (Host.Files, Host.Tree) = (_copiedFiles.Copy(), _copiedTree!.Copy());
        IsBehind = true;
        return true;
    }

    /// <summary>Something that it has stored changes.</summary>
    public void Decay(Decay kind)
    {
        var what = Host.Tree!.Decay(kind, _world.DecayRandom);
        if (kind == Machine.Decay.FileChanged && Host.Files.Decay(_world.DecayRandom) is { } name)
            what = $"a bit of {name} has changed";

        if (what is not null)
            _world.Story.Tell(Host.Name, what);
    }

    /// <summary>Takes disk and store away, and what copies there are; the node must be stopped.</summary>
    public void Wipe()
    {
        Lost.Add(Host.Tree!);
        (Host.Files, _copiedFiles, _copiedTree) = (new FileTable(), null, null);
        IsBehind = true;
    }

    /// <summary>What a primary here is told.</summary>
    public PrimaryOptions PrimaryOptions => new()
    {
        Node = Options("log"),
        PolicyFile = _world.Policy is null ? null : World.PolicyFile,
        SthFile = "sth",
        Secondaries = [.. (AsPrimaryOf ?? [.. _world.Nodes.Where(node => node != this)]).Select(node => node.Peer)],
        SecondaryQuorum = AsPrimaryOf is null ? Quorum : Math.Min(Quorum, AsPrimaryOf.Count),
        ChangesRoles = AsPrimaryOf is null,
        LostNodes = [.. _world.LostNodes],
    };

    /// <summary>What a command here is told of the node.</summary>
    public NodeOptions Options(string key) => new()
    {
        KeyFile = key,
        DataDir = "data",
        ExternalEndpoint = new HostPort(Host.Name, 6965),
        InternalEndpoint = new HostPort(Host.Name, 6967),
        Interval = _world.Interval,
        ScrubInterval = _world.ScrubInterval,
    };

    /// <summary>A new process on the host.</summary>
    public (Process Process, NodeServices Services) NewProcess(string program)
    {
        var process = new Process(Host.Name, $"{program} on {Host.Name}");
        var machine = new SimulatedMachine(Host, process, _world.Wire, name => name == "log"
            ? new WatchedKey(_world.LogKey, head => _world.OnSigned(this, process, head))
            : new WatchedKey(Key, _ => { }));
        var services = NodeServices.Create(new ProcessTime(_world.Clock, process), _world.LoggersOf(process));
        return (process, services with { Machine = machine });
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool StoreIs(bool ok) => Process is { Alive: true }
        && _health!.Conditions().Any(condition => condition.Name == "store" && condition.Ok == ok);

    private async Task RunOnceAsync()
    {
        var (process, services) = NewProcess("node");
        (Process, _health) = (process, services.Health);
        var ended = NewSource();
        process.Ended += ended.SetResult;
        using var stop = new CancellationTokenSource();
        var life = LiveAsync(services, stop.Token);
        while (!life.IsCompleted && process.Alive)
        {
            if (!_wanted)
                await stop.CancelAsync();
            await Task.WhenAny(life, ended.Task, _changed.Task);
        }

        if (process.Alive)
        {
            _world.Story.Tell(Host.Name, life.Exception is { } error ? $"ends: {error.InnerException!.Message}" : "ends");
            process.Kill();
        }
        else
        {
            _world.Story.Tell(Host.Name, "is dead");
        }
    }

    private async Task LiveAsync(NodeServices services, CancellationToken stop)
    {
        var node = await StartAsync(services, stop);
        await Task.WhenAny(node.Completion, Task.Delay(Timeout.InfiniteTimeSpan, services.Time, stop));
        await node.StopAsync(NodeProgram.StopLimit);
        await node.Node.DisposeAsync();
        if (node.Completion.Exception is { } error)
            throw error.InnerException!;
    }

    private async Task<RunningNode> StartAsync(NodeServices services, CancellationToken stop)
    {
        var secondary = new SecondaryOptions
        {
            Node = Options("own"),
            PrimaryUrl = _world.Nodes[0] == this ? null : _world.Nodes[0].Peer.Url,
            SigningKeyFile = "log",
            LogPublicKey = _world.LogKey.PublicKey,
        };
        if (AsPrimaryOf is null)
            return await new EitherProgram(PrimaryOptions, secondary).StartAsync(services, stop);
        var node = await PrimaryNode.StartAsync(PrimaryOptions, services, stop);
        return new RunningNode(node, node.Completion, node.StopAsync, node.Reload);
    }

    private void Change()
    {
        var changed = _changed;
        _changed = NewSource();
        changed.SetResult();
    }

    private DiskWrite Fate(Process process, string what)
    {
        if (!_fates.TryDequeue(out var next))
            return DiskWrite.Done;
        if (next.After > 0)
        {
            var rest = _fates.ToArray();
            _fates.Clear();
            _fates.Enqueue((next.After - 1, next.Fate));
            foreach (var other in rest)
                _fates.Enqueue(other);
            return DiskWrite.Done;
        }

        _world.Story.Tell(process.Host, $"{what}: {next.Fate}");
        return next.Fate;
    }
}
