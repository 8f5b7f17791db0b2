using Sigsum.Crypto;
using Sigsum.Log.Admission;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Failover;
using Sigsum.Log.Http;
using Sigsum.Log.Pipeline;
using Sigsum.Log.Publication;
using Sigsum.Log.Replication;
using Sigsum.Log.Scrubbing;
using Sigsum.Log.Sequencing;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Log.Witnessing;

namespace Sigsum.Log.Hosting;

/// <summary>
/// The parts of a primary, put together in the order in which a leaf passes: gate, sequencer, store, secondaries, signer,
/// witnesses, publication.
/// </summary>
internal sealed class PrimaryPipeline : IDisposable
{
    private static readonly TimeSpan ReplicaWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ReplicaPoll = TimeSpan.FromMilliseconds(250);

    private readonly PrimaryOptions _options;
    private readonly PrimaryState _state;
    private readonly InternalNetwork _nodes;
    private readonly NodeServices _services;
    private readonly Action<string>? _restart;
    private readonly HttpClient _witnessHttp;
    private readonly Signal _heldChanged = new();

    /// <summary>
    /// Anything that this node held when it started may have been signed: by the primary before, or by this one, if its files are
    /// an older copy. The first head is none that is smaller.
    /// </summary>
    private readonly ulong _localAtStart;


    /// <param name="options">What the operator wants.</param>
    /// <param name="key">The log's key.</param>
    /// <param name="state">What the node starts from.</param>
    /// <param name="succession">Who is primary, as far as this node knows.</param>
    /// <param name="nodes">How the other nodes are reached.</param>
    /// <param name="restart">Starts the node again, so that it recovers what it lacks; null where that has been found to be
    /// of no use.</param>
    /// <param name="services">The node's surroundings.</param>
    public PrimaryPipeline(
        PrimaryOptions options, ISigner key, PrimaryState state, Succession succession, InternalNetwork nodes,
        Action<string>? restart, NodeServices services)
    {
        (_options, _state, _nodes, _services, _restart) = (options, state, nodes, services, restart);
        _witnessHttp = services.Machine.NewWitnessHttp();
        (Key, Store, Succession) = (key, state.Store, succession);
        LocalSize = new Watermark(Store.TreeHead.Size);
        Queue = new SequencerQueue(options.QueueLength);
        Admission = new AdmissionPolicy(options, key.PublicKey, Store, services);
        Sequencer = new Sequencer(
            Store, Queue, Admission.Limiter, Intake, LocalSize, options.BatchSize, services.Metrics, services.Time,
            services.Logger<Sequencer>());
        _localAtStart = Store.TreeHead.Size;
        Roster = new RosterKeeper(
            options, key, Store, succession, nodes.Node, () => Math.Max(_localAtStart, SignedSize.Value), services);
        Gate = new ReplicationGate(
            Store, options.Secondaries.Length, options.SecondaryQuorum, () => Roster.Current, () => Roster.InForce, _heldChanged,
            OnLackingLeaves);
        Signer = new TreeHeadSigner(
            key, new SthFile(options.SthFile, services.Machine.Disk), new StartupFile(options.SthFile, services.Machine.Disk), Store, Role,
            startupPending: state.Mode != StartupMode.Saved, SignedSize, services);
        Heads = new HeadReplicas(options.Secondaries.Length, options.SecondaryQuorum, services);
        Publisher = new Publisher(Store, Heads, services);
        Preflight = new Preflight(needsAnswer: Gate.Alone && state.Signed is { TreeHead.Size: > 0 });
        Witnesses = new WitnessPanel(
            options, key.PublicKey, Store, Role, Preflight, Signer, Publisher,
            state.SignedBefore, _witnessHttp, services);
        Scrub = NodeScrub.OfPrimary(options.Node, Store, key.PublicKey, Signer, Publisher, Role, Damage, services);
        succession.Superseded += latest => Retire(
            $"node {latest.NodeId:N} at {latest.NodeUrl} was promoted in epoch {latest.Epoch}");
        succession.Conflicted += Retire;
        // It may have been heard of while the node started, before anybody listened here.
        if (succession.Conflict is { } conflict)
            Retire(conflict);
        Role.Revoked.Register(() =>
        {
            // Told by a witness, before it has signed anything, that the log is larger, and by no secondary that it is not.
            if (!Gate.HeardEnough && !Preflight.Passed.IsCompleted)
                Publisher.Withdraw();
        });
        if (Store.Identity.TreeState == TreeState.Frozen)
            Intake.Close(ReadOnly);
    }

    /// <summary>What a submitter hears while the tree is frozen.</summary>
    public const string ReadOnly = "the log is read-only: its tree is frozen";

    public ISigner Key { get; }

    public ILogStore Store { get; }

    public Succession Succession { get; }

    public PrimaryRole Role { get; } = new();

    public Intake Intake { get; } = new();

    public StoreDamage Damage { get; } = new();

    public Scrubber Scrub { get; }

    public Watermark LocalSize { get; }

    public Watermark SignedSize { get; } = new(0);

    public SequencerQueue Queue { get; }

    public AdmissionPolicy Admission { get; }

    public Sequencer Sequencer { get; }

    public RosterKeeper Roster { get; }

    public ReplicationGate Gate { get; }

    public TreeHeadSigner Signer { get; }

    public HeadReplicas Heads { get; }

    public Publisher Publisher { get; }

    public Preflight Preflight { get; }

    public WitnessPanel Witnesses { get; }

    /// <summary>Up to which size the tree gives way to that of no other node: see <see cref="TreeRecovery"/>.</summary>
    public ulong KeptSize
    {
        get
        {
            var signed = Signer.Last?.Size;
            var inherited = signed is null ? Math.Min(_localAtStart, TreeRecovery.InheritedSize(Store, _state.Mode)) : 0;
            return Math.Max(signed ?? 0, TreeRecovery.KeptSize(Store, inherited));
        }
    }

    /// <summary>Shows again what was shown, and signs the first head where the startup mode says so.</summary>
    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        // Leaves were fetched back: what was shown last covers them, as far as anybody here knows.
        Publisher.HideBelow(_state.RecoveredTo);
        if (_state.Published is { } published && Witnesses.Confirm(published) is { } confirmed)
            Publisher.Resume(confirmed);
        Witnesses.Load();
        if (_state.Mode is StartupMode.Empty or StartupMode.LocalTree)
            await Signer.SignFirstAsync(Store.TreeHead, cancellationToken);
        else if (_state.Signed is { } signed)
            Signer.Resume(StoredTreeHead.Loaded(signed));

        // As in log-go, the last signed head is shown until the witnesses have answered; unless the operator wants
        // nothing without a quorum.
        if (Publisher.Current is null && Signer.Last is { } last && !_options.RequireQuorum)
            Publisher.Publish(last, []);
    }

    /// <summary>Starts the loops.</summary>
    /// <param name="tasks">Runs them.</param>
    /// <param name="knownGood">Whether it has been found out already that this node is no older copy.</param>
    public void Start(NodeTasks tasks, bool knownGood)
    {
        if (!knownGood && !Gate.Alone)
        {
            Publisher.Doubt();
            tasks.StartOnce("doubt", BeKnownGoodAsync);
        }

        tasks.EndWith(Store);
        tasks.Start("sequencer", _ => Sequencer.RunAsync());
        tasks.Start("committer", NewCommitter().RunAsync);
        tasks.Start("rotation", NewRotation().RunAsync);
        if (Signer.Last is null && _state.Earlier is { } earlier)
            tasks.StartOnce("witness preflight", stop => AskWitnessesAsync(StoredTreeHead.Loaded(earlier), stop));
        for (var i = 0; i < _options.Secondaries.Length; i++)
        {
            var number = i;
            var node = _nodes.Node(_options.Secondaries[number].Url);
            tasks.Start($"secondary {number}", Track(number).RunAsync);
            tasks.Start($"head of secondary {number}", stop => Heads.RunAsync(number, node, stop));
        }

        if (NodeScrub.IsOn(_options.Node))
            tasks.Start("scrubber", Scrub.RunAsync);
        if (Succession.Latest is not null)
            tasks.StartOnce("herald", new Herald(Store, Succession, Roster, _nodes.Node, _services).RunAsync);
        if (Gate.Alone)
        {
            tasks.StartOnce("roster", stop => Roster.RunAloneAsync(_heldChanged.Set, stop));
            tasks.Start("local size", PassOnLocalSizeAsync);
        }

        _services.Metrics.Pipeline.ObserveQueue(() => Queue.Count, _options.QueueLength);
        _services.Metrics.Trees.SetSize(TreeStage.Local, LocalSize.Value);
        _services.DescribeNode(Store.Identity);
    }

    /// <summary>
    /// Shows readers nothing until it is certain that this node is no older copy of itself, and would show an older head than
    /// they have seen. So many secondaries are heard that one of them holds whatever was signed: a head of that size, and no
    /// smaller one, is the last.
    /// </summary>
    private async Task BeKnownGoodAsync(CancellationToken cancellationToken)
    {
        Publisher.HideBelow(await Gate.Heard.WaitAsync(cancellationToken));
        Publisher.Trust();
    }

    /// <summary>Ends this node's time as primary: it signs nothing, takes nothing and shows nothing any more (I5, I6).</summary>
    public void Retire(string because)
    {
        Intake.CloseForGood("this node is not the log's primary any more; ask again, at the log's address");
        Role.Revoke(because);
        Publisher.Withdraw();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _witnessHttp.Dispose();
        Admission.Dispose();
        Roster.Dispose();
        Damage.Dispose();
        Role.Dispose();
    }

    /// <summary>This primary was put back to an older copy: what it shows is an older head, and heads never go back.</summary>
    private void OnLackingLeaves()
    {
        Intake.CloseForGood("the log takes no leaves until it has recovered those that it lacks");
        Publisher.Withdraw();
        _restart?.Invoke("a secondary holds leaves that this primary lacks: starting again, to fetch them back");
    }

    private Committer NewCommitter()
    {
        var nothingToAsk = Signer.Last is null && _state.Earlier is null;
        return new Committer(
            Gate, Signer, Role, nothingToAsk ? Task.CompletedTask : Preflight.Passed, _localAtStart, _heldChanged, _services);
    }

    private Rotation NewRotation() => new(
        Signer, SignedSize, Witnesses.Current, Publisher, Heads,
        new RotationBudget(_options.WitnessRequestsPerDay, _services.Time), _options.RequireQuorum, _options.Node.Interval,
        _services.Health, _services.Time);

    private SecondaryTracker Track(int number)
    {
        var peer = _options.Secondaries[number];
        return new SecondaryTracker(
            number, peer, _nodes.Secondary(peer.Url), _nodes.Node(peer.Url), Roster, Succession, Heads, Store, Gate, Role,
            _restart, ReplicaWait, ReplicaPoll, _services);
    }

    /// <summary>Asks the witnesses about a head that is not shown, until they have said enough for signing to begin.</summary>
    private async Task AskWitnessesAsync(StoredTreeHead head, CancellationToken cancellationToken)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));
        while (!Preflight.Passed.IsCompleted && Witnesses.Current() is { Count: > 0 } panel)
        {
            await panel.CollectAsync(head, _options.Node.Timeout, cancellationToken);
            if (!Preflight.Passed.IsCompleted)
                await Task.Delay(backoff.Next(), _services.Time, cancellationToken);
        }
    }

    /// <summary>Without a secondary, what is durable here may be signed.</summary>
    private async Task PassOnLocalSizeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var seen = LocalSize.Value;
            _heldChanged.Set();
            await LocalSize.WaitAboveAsync(seen, cancellationToken);
        }
    }
}
