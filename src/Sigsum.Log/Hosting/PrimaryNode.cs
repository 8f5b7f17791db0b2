using Microsoft.Extensions.Logging;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Log.Admission;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Http;
using Sigsum.Log.Pipeline;
using Sigsum.Log.Publication;
using Sigsum.Log.Replication;
using Sigsum.Log.Scrubbing;
using Sigsum.Log.Sequencing;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Log.Witnessing;
using Sigsum.Messages;

namespace Sigsum.Log.Hosting;

/// <summary>
/// A primary, put together in the order in which a leaf passes: gate, sequencer, store, gate of the replicas,
/// signer, witnesses, publication.
/// </summary>
internal sealed partial class PrimaryNode : IAsyncDisposable
{
    private static readonly TimeSpan ReplicaWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ReplicaPoll = TimeSpan.FromMilliseconds(250);

    private readonly PrimaryOptions _options;
    private readonly NodeServices _services;
    private readonly ILogger _logger;
    private readonly ISigner _key;
    private readonly ILogStore _store;
    private readonly SequencerQueue _queue;
    private readonly PrimaryRole _role = new();
    private readonly StoreDamage _damage = new();
    private readonly HttpClient _nodeHttp = SigsumHttp.CreateForNodes();
    private readonly HttpClient _witnessHttp = SigsumHttp.CreateForLogs();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Watermark _localSize;
    private readonly Watermark _signedSize = new(0);
    private readonly Signal _heldChanged = new();
    private readonly ReplicationGate _gate;
    private readonly TreeHeadSigner _signer;
    private readonly Publisher _publisher;
    private readonly Preflight _preflight;
    private readonly WitnessPanel _witnesses;
    private readonly AdmissionPolicy _admission;
    private readonly NodeTasks _tasks;
    private NodeListener? _external;
    private NodeListener? _local;

    private PrimaryNode(PrimaryOptions options, ISigner key, PrimaryState state, NodeServices services)
    {
        _options = options;
        _key = key;
        var store = state.Store;
        _store = store;
        _services = services;
        _logger = services.Logger<PrimaryNode>();
        _localSize = new Watermark(store.TreeHead.Size);
        _queue = new SequencerQueue(options.QueueLength);
        _gate = new ReplicationGate(
            store, options.Secondaries.Length, options.SecondaryQuorum, _heldChanged, WithdrawOlderCopy);
        _signer = new TreeHeadSigner(
            key, new SthFile(options.SthFile), new StartupFile(options.SthFile), store, _role, _signedSize, services);
        _publisher = new Publisher(store, services);
        Scrub = NodeScrub.OfPrimary(
            options.Node, store, key.PublicKey, _signer, _publisher, _role, _damage, services);
        _preflight = new Preflight(needsAnswer: _gate.Alone && state.Signed is { TreeHead.Size: > 0 });
        _witnesses = new WitnessPanel(
            options, key.PublicKey, store, _role, _preflight, _signer, _publisher, _witnessHttp, services);
        _admission = new AdmissionPolicy(options, key.PublicKey, store, services);
        _role.Revoked.Register(() =>
        {
            // A primary that runs alone and is told by a witness, before it has signed anything, that the log is larger.
            if (_gate.Alone && !_preflight.Passed.IsCompleted)
                WithdrawOlderCopy();
        });
        _tasks = new NodeTasks(services.Health, services.Logger<NodeTasks>());
    }

    /// <summary>Completes when the node can no longer do its job; faulted with the reason.</summary>
    public Task Completion => _tasks.Completion;

    /// <summary>Where clients reach the node.</summary>
    public Uri ExternalUrl => _external!.Url;

    /// <summary>Where nodes and monitoring reach the node.</summary>
    public Uri InternalUrl => _local!.Url;

    /// <summary>The tree that this node has stored.</summary>
    public TreeHead LocalTree => _store.TreeHead;

    /// <summary>What checks the stored tree.</summary>
    public Scrubber Scrub { get; }

    /// <summary>The published size, to wait on.</summary>
    public Watermark Published => _publisher.Size;

    /// <summary>The key that identifies the log.</summary>
    public PublicKey LogKey => _key.PublicKey;

    /// <summary>Opens, checks, and starts a primary.</summary>
    /// <exception cref="StartupException">It cannot start; the message says why and what to do.</exception>
    public static async Task<PrimaryNode> StartAsync(
        PrimaryOptions options, NodeServices services, CancellationToken cancellationToken)
    {
        var key = await KeyFile.OpenAsync(options.Node.KeyFile, null, cancellationToken);
        var logger = services.Logger<PrimaryNode>();
        foreach (var warning in key.Warnings)
            KeyWarning(logger, warning);
        var state = new PrimaryStartup(options, key.Signer.PublicKey).Open();
        PrimaryNode node;
        try
        {
            node = new PrimaryNode(options, key.Signer, state, services);
        }
        catch
        {
            state.Store.Dispose();
            key.Dispose();
            throw;
        }

        try
        {
            await node.ResumeAsync(state, cancellationToken);
            node.StartTasks(state.Mode);
            await node.ListenAsync(cancellationToken);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Stops without dropping an accepted request: clients first, while leaves still get committed; then the writer;
    /// then what signs, replicates and publishes.
    /// </summary>
    public async Task StopAsync(TimeSpan limit)
    {
        using var deadline = new CancellationTokenSource(limit);
        if (_external is not null)
            await _external.StopAsync(deadline.Token);
        _tasks.PrepareToStop();
        _queue.Close();
        await _stopping.CancelAsync();
        if (_local is not null)
            await _local.StopAsync(deadline.Token);
        await _tasks.StopAsync();
    }

    /// <summary>Reads policy, rate limits and suffix list again (SIGHUP). What cannot be read stays as it was.</summary>
    public void Reload()
    {
        _witnesses.Reload();
        _admission.Reload();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _tasks.PrepareToStop();
        _queue.Close();
        await _stopping.CancelAsync();
        await _tasks.StopAsync();
        if (_external is not null)
            await _external.DisposeAsync();
        if (_local is not null)
            await _local.DisposeAsync();
        _nodeHttp.Dispose();
        _witnessHttp.Dispose();
        _admission.Dispose();
        _tasks.Dispose();
        _store.Dispose();
        _role.Dispose();
        _damage.Dispose();
        _stopping.Dispose();
        (_key as IDisposable)?.Dispose();
    }

    private async Task ResumeAsync(PrimaryState state, CancellationToken cancellationToken)
    {
        if (state.Published is { } published && _witnesses.Confirm(published) is { } confirmed)
            _publisher.Resume(confirmed);
        _witnesses.Load();
        switch (state.Mode)
        {
            case StartupMode.Saved:
                _signer.Resume(StoredTreeHead.Loaded(state.Signed!.Value));
                break;

            case StartupMode.Empty or StartupMode.LocalTree:
                await _signer.SignFirstAsync(_store.TreeHead, cancellationToken);
                break;
        }

        // As in log-go, the last signed head is shown until the witnesses have answered; unless the operator wants
        // nothing without a quorum.
        if (_publisher.Current is null && _signer.Last is { } last && !_options.RequireQuorum)
            _publisher.Publish(last, []);
        if (_logger.IsEnabled(LogLevel.Information))
            Resumed(_logger, _store.TreeHead.Size, _signedSize.Value, _publisher.Current?.Size);
        if (_gate.Alone)
            NoSecondary(_logger);
        if (_gate.Alone && _witnesses.Current().Count == 0)
            NoGuard(_logger);
        var refreshesADay = TimeSpan.FromDays(1) / _options.Node.Interval;
        if (_witnesses.Current().Count > 0 && refreshesADay > _options.WitnessRequestsPerDay)
            OverBudget(_logger, (long)refreshesADay, _options.WitnessRequestsPerDay);
    }

    private void StartTasks(StartupMode mode)
    {
        var minimum = mode == StartupMode.AwaitSecondary ? _store.TreeHead.Size : 0;
        var committer = new Committer(
            _gate, _signer, _role, _preflight.Passed, minimum, _heldChanged, _services);
        var sequencer = new Sequencer(
            _store, _queue, _admission.Limiter, _localSize, _options.BatchSize, _services.Metrics,
            _services.Time, _services.Logger<Sequencer>());
        var rotation = new Rotation(
            _signer, _signedSize, _witnesses.Current, _publisher,
            new RotationBudget(_options.WitnessRequestsPerDay, _services.Time), _options.RequireQuorum,
            _options.Node.Interval, _services.Health, _services.Time);

        _tasks.Start("sequencer", _ => sequencer.RunAsync());
        _tasks.Start("committer", committer.RunAsync);
        _tasks.Start("rotation", rotation.RunAsync);
        for (var i = 0; i < _options.Secondaries.Length; i++)
            _tasks.Start($"secondary {i}", Track(i).RunAsync);
        if (_gate.Alone)
            _tasks.Start("local size", PassOnLocalSizeAsync);
        if (NodeScrub.IsOn(_options.Node))
            _tasks.Start("scrubber", Scrub.RunAsync);
        _services.Metrics.Pipeline.ObserveQueue(() => _queue.Count, _options.QueueLength);
        _services.Metrics.Trees.SetSize(TreeStage.Local, _localSize.Value);
        _services.DescribeNode(_store.Identity);
    }

    private SecondaryTracker Track(int number)
    {
        var peer = _options.Secondaries[number];
        var client = new SecondaryClient(_nodeHttp, peer.Url, _services.ClientOptions(_options.Node));
        return new SecondaryTracker(
            number, peer, client, _store, _gate, _role, ReplicaWait, ReplicaPoll, _services);
    }

    /// <summary>This primary was put back to an older copy: its published head is an older one, and heads never go back.</summary>
    private void WithdrawOlderCopy() => _publisher.Withdraw();

    /// <summary>Without a secondary, what is durable here may be signed.</summary>
    private async Task PassOnLocalSizeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var seen = _localSize.Value;
            _heldChanged.Set();
            await _localSize.WaitAboveAsync(seen, cancellationToken);
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        var timer = new LeafTimer(_services.Metrics.Pipeline, _services.Time);
        var leafGate = new LeafGate(
            _store, _queue, _gate, _damage, _admission.Tokens, _admission.Limiter, _services.Logger<LeafGate>());
        var read = new ReadEndpoints(_publisher, _store, _options.Node.MaxRange, _services.Metrics.Http);
        var add = new AddLeafEndpoint(leafGate, _signedSize, _publisher, timer, _options.CommitWait,
            _services.Metrics.Http.Endpoint(EndpointNames.AddLeaf), _services.Time);
        var page = new InformationPage(_key.PublicKey.KeyHash(), _options.Node.UrlPrefix);
        var feed = new FeedEndpoint(
            _store, _localSize, _damage, _options.Node.MaxRange, _services.Time, _stopping.Token);
        var publicTable = new EndpointTable(
            _options.Node.UrlPrefix, [.. read.All, add.Endpoint], page.AnswerAsync, _services.Time,
            _services.Logger<EndpointTable>());
        var nodeTable = new EndpointTable(
            _options.Node.UrlPrefix, [feed.Endpoint], null, _services.Time,
            _services.Logger<EndpointTable>());

        _local = await NodeListener.StartInternalAsync(
            _options.Node.InternalEndpoint, nodeTable, _services, cancellationToken);
        _external = await NodeListener.StartExternalAsync(
            _options.Node.ExternalEndpoint, publicTable, _services, cancellationToken);
        if (_logger.IsEnabled(LogLevel.Information))
            Listening(_logger, ExternalUrl, InternalUrl);
    }

    [LoggerMessage(Level = LogLevel.Information,
        Message = "primary goes on: local size {Local}, signed {Signed}, published {Published}")]
    private static partial void Resumed(ILogger logger, ulong local, ulong signed, ulong? published);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "running without a secondary (--no-secondary): if this disk is lost, so is the log")]
    private static partial void NoSecondary(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void KeyWarning(ILogger logger, string warning);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "no witness is asked: nothing can tell this primary if its disk is an older copy")]
    private static partial void NoGuard(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "--interval asks each witness {Refreshes} times a day, more than --witness-requests-per-day={Budget}")]
    private static partial void OverBudget(ILogger logger, long refreshes, int budget);

    [LoggerMessage(Level = LogLevel.Information, Message = "serving clients on {External}, nodes on {Internal}")]
    private static partial void Listening(ILogger logger, Uri external, Uri @internal);
}
