using Microsoft.Extensions.Logging;
using Sigsum.Crypto;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Failover;
using Sigsum.Log.Http;
using Sigsum.Log.Machine;
using Sigsum.Log.Pipeline;
using Sigsum.Log.Replication;
using Sigsum.Log.Scrubbing;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Hosting;

/// <summary>A secondary: follows the primary, stores what it has checked, and signs for what it has stored.</summary>
internal sealed partial class SecondaryNode : INodeAdmin, IAsyncDisposable
{
    private static readonly TimeSpan FeedWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromSeconds(1);

    private readonly SecondaryOptions _options;
    private readonly NodeServices _services;
    private readonly ILogger _logger;
    private readonly ISigner _key;
    private readonly ILogStore _store;
    private readonly Succession _succession;
    private readonly InternalNetwork _nodes;
    private readonly SecondaryRole _role = new();
    private readonly KnownHead _known;
    private readonly Watermark _localSize;
    private readonly StoreDamage _damage = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly NodeTasks _tasks;
    private readonly NodeListeners _listeners;
    private Follower? _follower;

    private SecondaryNode(SecondaryOptions options, ISigner key, ILogStore store, NodeServices services)
    {
        _options = options;
        _key = key;
        _store = store;
        _services = services;
        _logger = services.Logger<SecondaryNode>();
        _succession = new Succession(store, services);
        _nodes = InternalNetwork.Open(options.Node, _succession, services);
        _listeners = new NodeListeners(options.Node, _nodes, services);
        _known = new KnownHead(store, _role, services);
        _localSize = new Watermark(store.TreeHead.Size);
        Scrub = NodeScrub.OfSecondary(options.Node, store, options.LogPublicKey, _damage, services);
        _tasks = new NodeTasks(services.Health, services.Logger<NodeTasks>());
    }

    /// <summary>Completes when the node can no longer do its job; faulted with the reason.</summary>
    public Task Completion => _tasks.Completion;

    /// <summary>Where the primary reaches the node.</summary>
    public Uri InternalUrl => _listeners.InternalUrl;

    /// <summary>The tree that this node has stored.</summary>
    public TreeHead LocalTree => _store.TreeHead;

    /// <summary>What checks the stored tree.</summary>
    public Scrubber Scrub { get; }

    /// <summary>The key that this secondary signs its tree heads with.</summary>
    public PublicKey PublicKey => _key.PublicKey;

    /// <summary>Opens, checks, and starts a secondary.</summary>
    /// <exception cref="StartupException">It cannot start; the message says why and what to do.</exception>
    public static async Task<SecondaryNode> StartAsync(
        SecondaryOptions options, NodeServices services, CancellationToken cancellationToken)
    {
        var key = await services.Machine.OpenKeyAsync(options.Node.KeyFile, cancellationToken);
        var store = OpenStore(options, services.Machine);
        SecondaryNode node;
        try
        {
            node = new SecondaryNode(options, key.Signer, store, services);
        }
        catch
        {
            store.Dispose();
            key.Dispose();
            throw;
        }

        foreach (var warning in key.Warnings)
            KeyWarning(node._logger, warning);
        return await NodeStart.RunAsync(node, () =>
        {
            node.StartTasks();
            return node.ListenAsync(cancellationToken);
        });
    }

    /// <summary>Stops: answers what is asked, stores what has come, and ends.</summary>
    public async Task StopAsync(TimeSpan limit)
    {
        using var deadline = new CancellationTokenSource(limit);
        await _stopping.CancelAsync();
        await _listeners.StopExternalAsync(deadline.Token);
        await _listeners.StopInternalAsync(deadline.Token);
        await _tasks.StopAsync();
    }

    /// <summary>Reads the certificates again (SIGHUP). What cannot be read stays as it was.</summary>
    public void Reload() => _nodes.Reload();

    /// <inheritdoc/>
    public NodeStatus Status()
    {
        var status = StatusOfStore.Read(_store, null, _services.Time.GetUtcNow(), _damage.Found);
        var reasons = status.NotReadyBecause;
        if (_role.RevokedBecause is { } revoked)
            reasons = reasons.Add(revoked);
        return status with
        {
            Running = true,
            Scrub = ScrubStatus.Of(_options.Node, Scrub),
            Problems = PrimaryStatus.Problems(_services.Health),
            ReadyForFailover = reasons.IsEmpty,
            NotReadyBecause = reasons,
        };
    }

    /// <inheritdoc/>
    public void Freeze() => _follower!.Between(() => _store.SetTreeState(TreeState.Frozen));

    /// <inheritdoc/>
    public void Unfreeze() => _follower!.Between(() => _store.SetTreeState(TreeState.Active));

    /// <inheritdoc/>
    public Task<HandoverResult> HandOverAsync(Guid? to, CancellationToken cancellationToken) =>
        throw new FailoverException("this node is a secondary: run this where the primary is");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _listeners.CloseAdminAsync();
        await _tasks.StopAsync();
        await _listeners.DisposeAsync();
        _nodes.Dispose();
        _tasks.Dispose();
        _store.Dispose();
        _damage.Dispose();
        _stopping.Dispose();
        (_key as IDisposable)?.Dispose();
    }

    private static ILogStore OpenStore(SecondaryOptions options, IMachine machine)
    {
        var expected = options.LogPublicKey?.KeyHash();
        if (options.Node.Backend == Backend.Ephemeral)
        {
            return new MemoryLogStore(
                StoreIdentity.ForNew(NodeRole.Secondary, TreeType.PreorderedLog, expected));
        }

        var store = machine.OpenStore(options.Node.DataDir);
        var identity = store.Identity;
        string? problem = null;
        if (identity.Role != NodeRole.Secondary || identity.TreeType != TreeType.PreorderedLog)
        {
            problem = $"the data directory {options.Node.DataDir} belongs to a {identity.Role} with a tree of type "
                + $"{identity.TreeType}: it cannot be started as a secondary";
        }
        else if (expected is { } wanted && identity.LogKeyHash is { } stored && wanted != stored)
        {
            problem = $"the data directory {options.Node.DataDir} belongs to the log with key hash {stored}, the key "
                + $"that --log-key-file names has key hash {wanted}";
        }

        if (problem is null)
            return store;
        store.Dispose();
        throw new StartupException(problem);
    }

    private void StartTasks()
    {
        var poll = _options.Node.Interval < LongestPoll ? _options.Node.Interval : LongestPoll;
        var addresses = new PrimaryAddresses(_options.PrimaryUrl, _succession, _nodes.Feed);
        _follower = new Follower(
            addresses, _nodes.Node, _store, _succession, _known, _role, _localSize, _damage, FeedWait, poll, _services);
        _tasks.EndWith(_store);
        _tasks.Start("follower", _follower.RunAsync);
        _tasks.Start("promotion", WaitForPromotionAsync);
        _nodes.StartTasks(_tasks);
        if (NodeScrub.IsOn(_options.Node))
            _tasks.Start("scrubber", Scrub.RunAsync);
        _services.Metrics.Trees.SetSize(TreeStage.Local, _localSize.Value);
        _services.DescribeNode(_store.Identity);
    }

    /// <summary>Waits until a promotion record names this node and the tree that it speaks of is here.</summary>
    private async Task WaitForPromotionAsync(CancellationToken cancellationToken)
    {
        var condition = _services.Health.Register("role");
        condition.Met();
        while (!Takeover.IsDue(_store, _succession.Latest))
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(
                _succession.Epoch.WaitAboveAsync(_succession.Epoch.Value, ended.Token),
                _localSize.WaitAboveAsync(_localSize.Value, ended.Token));
            await ended.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }

        if (_options.SigningKeyFile is not null)
            _tasks.Restart("a promotion record names this node: going on as primary");
        condition.NotMet("a promotion record names this node as primary: run `sigsum-log promote`, and start it as primary");
        await Task.Delay(Timeout.InfiniteTimeSpan, _services.Time, cancellationToken);
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        var head = new SecondaryTreeHeadEndpoint(_store, _localSize, _key, _succession, _role, _damage,
            _services.Metrics.Http.Endpoint(EndpointNames.GetSecondaryTreeHead), _services.Time, _stopping.Token);
        var feed = new FeedEndpoint(
            _store, _localSize, _damage, _options.Node.MaxRange, _services.Time, _stopping.Token);
        var held = new HeldTreeHeadEndpoint(
            _store, _key, _succession,
            () => _damage.Found is null ? _role.RevokedBecause : "what this node holds is worth nothing: its store is damaged");
        await _listeners.OpenInternalAsync(
            _listeners.Table(
            [
                head.Endpoint, feed.Endpoint, held.Endpoint, feed.Held, new SuccessionEndpoint(_succession).Endpoint,
                new RosterEndpoint(_store, _succession, _services).Endpoint, RosterEndpoint.Get(_store), new PublishedHeadEndpoint(_known).Endpoint,
                new StatusEndpoint(Status).Endpoint, new ProveLogKeyEndpoint(_options.SigningKeyFile, _services.Machine).Endpoint,
            ]),
            cancellationToken);
        await _listeners.OpenExternalAsync(
            _listeners.Table(_options.SigningKeyFile is null ? [] : NotPrimaryEndpoints.All), this, cancellationToken);
        if (_logger.IsEnabled(LogLevel.Information))
            Listening(_logger, InternalUrl, _store.TreeHead.Size);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void KeyWarning(ILogger logger, string warning);

    [LoggerMessage(Level = LogLevel.Information, Message = "secondary at size {Size}, serving nodes on {Internal}")]
    private static partial void Listening(ILogger logger, Uri @internal, ulong size);
}
