using Sigsum.Testing;

namespace Sigsum.Log.Bench.Servers;

/// <summary>
/// A complete log on loopback: primary, secondaries and witness, each a process of its own. Both kinds are started by the
/// command lines that an operator would write.
/// </summary>
internal sealed class LogUnderTest : IAsyncDisposable
{
    private readonly PeerPrograms _peers;
    private readonly LogShape _shape;
    private readonly List<Node> _secondaries = [];
    private readonly List<NodeKey> _secondaryKeys = [];
    private SigsumWitness? _witness;
    private NodeKey? _key;

    private LogUnderTest(PeerPrograms peers, LogShape shape) => (_peers, _shape) = (peers, shape);

    public TempDirectory Folder { get; } = new();

    public Node Primary { get; } = new("primary");

    public IReadOnlyList<Node> Secondaries => _secondaries;

    public NodeKey Key => _key!;

    /// <summary>A policy for clients: this log and its witness.</summary>
    public string ClientPolicyFile { get; private set; } = "";

    /// <summary>Makes a log and starts it.</summary>
    public static async Task<LogUnderTest> StartAsync(PeerPrograms peers, LogShape shape, CancellationToken cancellation)
    {
        LogUnderTest log = await PrepareAsync(peers, shape, cancellation);
        try
        {
            await log.StartPrimaryAsync(cancellation);
            for (int i = 0; i < shape.Secondaries; i++)
                await log.StartSecondaryAsync(i, cancellation);
            return log;
        }
        catch
        {
            await log.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes keys, stores and files; only the witness runs.</summary>
    public static async Task<LogUnderTest> PrepareAsync(PeerPrograms peers, LogShape shape, CancellationToken cancellation)
    {
        LogUnderTest log = new(peers, shape);
        try
        {
            await log.MakeAsync(cancellation);
            return log;
        }
        catch
        {
            await log.DisposeAsync();
            throw;
        }
    }

    /// <summary>Processor time that the nodes of the log have used so far, the witness left out.</summary>
    public TimeSpan ProcessorTime() =>
        _secondaries.Aggregate(Primary.ProcessorTime(), (sum, secondary) => sum + secondary.ProcessorTime());

    public string DataDirectory(Node node) => Folder.PathOf(node.Name + ".data");

    public Task StartPrimaryAsync(CancellationToken cancellation) =>
        StartAsync(Primary, "primary", Key, PrimaryArguments(Primary), cancellation);

    public Task StartSecondaryAsync(int number, CancellationToken cancellation) =>
        StartAsync(
            _secondaries[number], "secondary", _secondaryKeys[number], [$"--primary-url={Primary.InternalUrl}"], cancellation);

    /// <summary>Promotes a secondary that is stopped.</summary>
    public async Task PromoteAsync(int number, CancellationToken cancellation)
    {
        Node node = _secondaries[number];
        string[] arguments =
        [
            "promote", $"--data-dir={DataDirectory(node)}", $"--sth-file={SthFile(node)}", $"--key-file={Key.PrivateFile}",
            $"--primary-url={Primary.InternalUrl}", $"--policy-file={Folder.PathOf("log.policy")}", "--yes",
        ];
        (await ProgramProcess.RunAsync(OurProgram.Executable, arguments, cancellation)).Succeeded();
    }

    /// <summary>Starts a secondary that was promoted, with the others as its secondaries.</summary>
    public Task StartPromotedAsync(int number, CancellationToken cancellation)
    {
        Node node = _secondaries[number];
        return StartAsync(node, "primary", Key, PrimaryArguments(node, promoted: number), cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await Primary.DisposeAsync();
        foreach (Node secondary in _secondaries)
            await secondary.DisposeAsync();
        if (_witness is not null)
            await _witness.DisposeAsync();
        Folder.Dispose();
    }

    private async Task MakeAsync(CancellationToken cancellation)
    {
        _key = await NodeKey.GenerateAsync(_peers, Folder, "log", cancellation);
        string quorum = await StartWitnessAsync(cancellation);
        Folder.Write("log.policy", quorum);
        ClientPolicyFile = Folder.Write("client.policy", $"log {Key.PublicKey} {Primary.Url}\n{quorum}");
        await MakeStoreAsync(Primary, "primary", cancellation);
        for (int i = 0; i < _shape.Secondaries; i++)
        {
            _secondaries.Add(new Node($"secondary{i}"));
            _secondaryKeys.Add(await NodeKey.GenerateAsync(_peers, Folder, $"secondary{i}", cancellation));
            await MakeStoreAsync(_secondaries[i], "secondary", cancellation);
        }
    }

    private async Task<string> StartWitnessAsync(CancellationToken cancellation)
    {
        if (!_shape.Witness)
            return "quorum none\n";
        NodeKey key = await NodeKey.GenerateAsync(_peers, Folder, "witness", cancellation);
        _witness = await SigsumWitness.StartAsync(_peers, Folder, key.PrivateFile, Key.PublicFile, cancellation);
        return $"witness W {key.PublicKey} {_witness.Url}\nquorum W\n";
    }

    private async Task MakeStoreAsync(Node node, string role, CancellationToken cancellation)
    {
        string sthFile = $"--sth-file={SthFile(node)}";
        ProgramResult? birth = (_shape.Kind, role) switch
        {
            (ServerKind.LogGo, "secondary") => null,
            (ServerKind.LogGo, _) => await ProgramProcess.RunAsync(_peers["sigsum-mktree"], [sthFile], cancellation),
            _ => await ProgramProcess.RunAsync(
                OurProgram.Executable, ["init", $"--role={role}", $"--data-dir={DataDirectory(node)}",
                    $"--log-key-file={Key.PublicFile}", sthFile], cancellation),
        };
        birth?.Succeeded();
        bool primary = role == "primary";
        ulong leaves = primary ? _shape.Leaves : _shape.SecondaryLeaves ?? _shape.Leaves;
        if (leaves > 0 && _shape.Kind == ServerKind.Ours)
            await LargeTree.GrowAsync(DataDirectory(node), leaves, primary ? SthFile(Primary) : null, Key, cancellation);
    }

    private IEnumerable<string> PrimaryArguments(Node node, int promoted = -1) =>
    [
        $"--sth-file={SthFile(node)}", $"--policy-file={Folder.PathOf("log.policy")}", .. SecondaryOptions(promoted),
        .. _shape is { Kind: ServerKind.Ours, Secondaries: 0 } ? ["--no-secondary"] : Array.Empty<string>(),
    ];

    private IEnumerable<string> SecondaryOptions(int promoted) =>
        Enumerable.Range(0, _secondaries.Count).Where(i => i != promoted).SelectMany<int, string>(i =>
        [
            $"--secondary-url={_secondaries[i].InternalUrl}", $"--secondary-pubkey-file={_secondaryKeys[i].PublicFile}",
        ]);

    private string SthFile(Node node) => Folder.PathOf(node.Name + ".sth");

    private async Task StartAsync(
        Node node, string role, NodeKey key, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        IEnumerable<string> common =
        [
            _shape.Kind == ServerKind.LogGo ? "--backend=ephemeral" : $"--data-dir={DataDirectory(node)}",
            $"--key-file={key.PrivateFile}", .. node.Endpoints, .. arguments,
            .. _shape.Interval is { } interval ? [$"--interval={interval}"] : Array.Empty<string>(),
        ];
        if (_shape.Kind == ServerKind.LogGo)
            await node.StartAsync(_peers[$"sigsum-log-{role}"], common, cancellation);
        else
            await node.StartAsync(OurProgram.Executable, common.Prepend(role), cancellation);
        await node.WaitForInternalAsync(cancellation);
    }
}
