using System.Globalization;
using Sigsum.Client;
using Sigsum.Log.Hazards.Tests.Clients;
using Sigsum.Log.Hazards.Tests.History;
using Sigsum.Log.Hazards.Tests.Network;
using Sigsum.Log.Hazards.Tests.Witnesses;
using Sigsum.Testing;

namespace Sigsum.Log.Hazards.Tests.Cluster;

/// <summary>
/// A whole log on loopback to which a test lets something happen: nodes, witnesses and clients, each a real program, and
/// a network between them that can be taken apart. At the end <see cref="EndAsync"/> holds the log to everything that
/// it ever said.
/// </summary>
internal sealed class HazardLog : IAsyncDisposable
{
    private readonly List<HazardNode> _nodes = [];
    private readonly List<HazardWitness> _witnesses = [];
    private readonly HazardSetup _setup;
    private HazardClients? _clients;
    private Link? _public;

    private HazardLog(PeerPrograms peers, HazardSetup setup)
    {
        _setup = setup;
        Peers = peers;
        Network = new NodeNetwork { Delay = setup.NodeDelay, Duplicates = setup.NodeDuplicates };
        Key = HazardKey.Generate(Folder.FullName, "log");
    }

    /// <summary>Debian's programs.</summary>
    public PeerPrograms Peers { get; }

    public TempDirectory Folder { get; } = new();

    /// <summary>For a test's own questions.</summary>
    public HttpClient Http { get; } = SigsumHttp.CreateForLogs();

    /// <summary>The log's key.</summary>
    public HazardKey Key { get; }

    public NodeNetwork Network { get; }

    /// <summary>Every tree head that was seen anywhere.</summary>
    public HeadHistory History { get; } = new();

    public HazardClients Clients => _clients ?? throw new InvalidOperationException("The log is not started.");

    /// <summary>Every node that the log ever had.</summary>
    public IReadOnlyList<HazardNode> Nodes => [.. _nodes];

    /// <summary>The node that the log's public URL leads to.</summary>
    public HazardNode Primary { get; private set; } = null!;

    /// <summary>The first of the other nodes.</summary>
    public HazardNode Secondary => _nodes.First(node => node != Primary);

    public IReadOnlyList<HazardWitness> Witnesses => _witnesses;

    /// <summary>Where clients find the log, whichever node is its primary.</summary>
    public Uri PublicUrl => Public.Url;

    /// <summary>The cable behind <see cref="PublicUrl"/>.</summary>
    public Link Public => _public ?? throw new InvalidOperationException("The log is not started.");

    /// <summary>The policy that the log's primary is given: the witnesses and the quorum.</summary>
    public string LogPolicyFile { get; private set; } = null!;

    /// <summary>Makes the log and starts everything, clients last.</summary>
    public static async Task<HazardLog> StartAsync(HazardSetup setup, CancellationToken cancellation)
    {
        HazardLog log = new(await PeerPrograms.RequireAsync(cancellation), setup);
        try
        {
            await log.SetUpAsync(cancellation);
            return log;
        }
        catch
        {
            await log.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes one more node, with a key of its own, its disk still empty, and does not start it.</summary>
    public HazardNode AddNode(string name, ServerKind kind, string role, HazardKey? key = null)
    {
        HazardNode node = new(
            Peers, Folder.FullName, name, kind, role, key ?? HazardKey.Generate(Folder.FullName, name));
        node.Arguments.Add("interval", _setup.Interval);
        node.Arguments.Add("log-level", _setup.LogLevel);
        _nodes.Add(node);
        return node;
    }

    /// <summary>Gives birth to a secondary and tells it where the primary is, and the primary where it is.</summary>
    public async Task JoinAsync(HazardNode primary, HazardNode secondary, CancellationToken cancellation)
    {
        if (secondary.Kind == ServerKind.Ours)
        {
            secondary.Arguments.Set("log-key-file", Key.PublicFile);
            (await secondary.RunAsync("init", ["data-dir", "log-key-file"], cancellation, "--role=secondary"))
                .Succeeded();
        }

        Uri primaryUrl = (await Network.LinkAsync(secondary, primary, cancellation)).Url;
        secondary.Arguments.Set("primary-url", primaryUrl.ToString());
        primary.Arguments.Add("secondary-url", (await Network.LinkAsync(primary, secondary, cancellation)).Url.ToString());
        primary.Arguments.Add("secondary-pubkey-file", secondary.Key.PublicFile);
    }

    /// <summary>Lets the public URL lead to another node, as a change in DNS does.</summary>
    public void PointTo(HazardNode primary)
    {
        Primary = primary;
        Public.PointTo(primary.Url);
    }

    /// <summary>Waits until the public URL answers a head of at least a size.</summary>
    public Task WaitForSizeAsync(ulong size, CancellationToken cancellation) => Eventually.UntilAsync(
        $"the log to publish size {size}", TimeSpan.FromMinutes(3),
        _ => Task.FromResult(Clients.Heads.Latest is { } head && head.SignedTreeHead.TreeHead.Size >= size), cancellation);

    /// <summary>
    /// Ends submission, waits until the log has published what it promised, and holds it to all that it ever said.
    /// </summary>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="patience">How long the log may take to publish it; half a minute if not said.</param>
    public Task<HazardOutcome> EndAsync(CancellationToken cancellation, TimeSpan? patience = null) =>
        new HazardCheck(this, patience ?? TimeSpan.FromSeconds(30)).RunAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        if (_clients is not null)
            await _clients.DisposeAsync();
        foreach (HazardNode node in _nodes)
            await node.DisposeAsync();
        if (_public is not null)
            await _public.DisposeAsync();
        await Network.DisposeAsync();
        foreach (HazardWitness witness in _witnesses)
            await witness.DisposeAsync();
        Http.Dispose();
        Folder.Dispose();
    }

    private async Task SetUpAsync(CancellationToken cancellation)
    {
        foreach (WitnessKind kind in _setup.Witnesses)
            _witnesses.Add(await HazardWitness.StartAsync(kind, Peers, Folder, Key, History, cancellation));
        LogPolicyFile = Folder.Write("log.policy", QuorumLines());

        Primary = await AddPrimaryAsync(cancellation);
        foreach (var (number, kind) in _setup.Secondaries.Index())
        {
            string name = string.Create(
                CultureInfo.InvariantCulture, $"secondary{(_setup.Secondaries.Length > 1 ? number + 1 : "")}");
            await JoinAsync(Primary, AddNode(name, kind, "secondary"), cancellation);
        }

        await Task.WhenAll(_nodes.Select(node => node.StartAsync(cancellation)));
        _public = new Link(Primary.Url);
        string clientPolicy = Folder.Write("client.policy", $"log {Key.PublicKey} {PublicUrl}\n{QuorumLines()}");
        _clients = new HazardClients(Peers, this, clientPolicy, _setup.Submitters, History);
        _clients.Start();
    }

    private async Task<HazardNode> AddPrimaryAsync(CancellationToken cancellation)
    {
        HazardNode node = AddNode("primary", _setup.Primary, "primary", Key);
        node.Arguments.Add("sth-file", node.Folder.Sth);
        node.Arguments.Add("policy-file", LogPolicyFile);
        if (node.Kind == ServerKind.LogGo)
        {
            string[] birth = [$"--sth-file={node.Folder.Sth}", "--mode=empty"];
            Directory.CreateDirectory(node.Folder.Disk);
            (await ProgramProcess.RunAsync(Peers["sigsum-mktree"], birth, cancellation)).Succeeded();
            return node;
        }

        (await node.RunAsync("init", ["data-dir", "sth-file"], cancellation, "--role=primary")).Succeeded();
        // Each witness is asked far more often here than in a day's average.
        node.Arguments.Add("witness-requests-per-day", "86400000");
        if (_setup.Secondaries.IsEmpty)
            node.Arguments.Add("no-secondary");
        if (_setup.SecondaryQuorum is { } quorum)
            node.Arguments.Add("secondary-quorum", quorum.ToString(CultureInfo.InvariantCulture));
        foreach (var (name, value) in _setup.PrimaryOptions)
            node.Arguments.Add(name, value);
        return node;
    }

    private string QuorumLines()
    {
        if (_witnesses.Count == 0)
            return "quorum none\n";
        int quorum = _setup.Quorum ?? _witnesses.Count;
        string names = string.Join(' ', _witnesses.Select(witness => witness.Name));
        return string.Concat(_witnesses.Select(witness => witness.PolicyLine + "\n"))
            + string.Create(CultureInfo.InvariantCulture, $"group witnesses {quorum} {names}\nquorum witnesses\n");
    }
}
