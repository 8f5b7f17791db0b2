using Microsoft.Extensions.Logging;
using Sigsum.Crypto;
using Sigsum.Log.Admission;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Failover;
using Sigsum.Log.Http;
using Sigsum.Log.Pipeline;
using Sigsum.Log.Scrubbing;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Hosting;

/// <summary>A primary that runs: opened, recovered, checked and started in this order, and stopped in the opposite one.</summary>
internal sealed partial class PrimaryNode : IAsyncDisposable
{
    private readonly PrimaryOptions _options;
    private readonly NodeServices _services;
    private readonly ILogger _logger;
    private readonly InternalNetwork _nodes;
    private readonly PrimaryPipeline _pipeline;
    private readonly NodeTasks _tasks;
    private readonly PrimaryAdmin _operator;
    private readonly bool _isKnownGood;
    private readonly CancellationTokenSource _stopping = new();
    private readonly NodeListeners _listeners;

    private PrimaryNode(
        PrimaryOptions options, ISigner key, PrimaryState state, Succession succession, InternalNetwork nodes,
        bool mayRecover, NodeServices services)
    {
        (_options, _services, _nodes) = (options, services, nodes);
        _listeners = new NodeListeners(options.Node, nodes, services);
        // There is nothing yet that could be older; or a promotion has found it out just now.
        _isKnownGood = state.Signed is not { TreeHead.Size: > 0 } || PromotionFreshness.Take(state.Store, services);
        _logger = services.Logger<PrimaryNode>();
        _tasks = new NodeTasks(services.Health, services.Logger<NodeTasks>());
        _pipeline = new PrimaryPipeline(
            options, key, state, succession, nodes, mayRecover ? _tasks.Restart : null, services);
        _operator = new PrimaryAdmin(options, _pipeline, nodes, _tasks, services);
    }

    /// <summary>Completes when the node can no longer do its job; faulted with the reason.</summary>
    public Task Completion => _tasks.Completion;

    /// <summary>Where clients reach the node.</summary>
    public Uri ExternalUrl => _listeners.ExternalUrl;

    /// <summary>Where nodes and monitoring reach the node.</summary>
    public Uri InternalUrl => _listeners.InternalUrl;

    /// <summary>The tree that this node has stored.</summary>
    public TreeHead LocalTree => _pipeline.Store.TreeHead;

    /// <summary>What checks the stored tree.</summary>
    public Scrubber Scrub => _pipeline.Scrub;

    /// <summary>The published size, to wait on.</summary>
    public Watermark Published => _pipeline.Publisher.Size;

    /// <summary>The key that identifies the log.</summary>
    public PublicKey LogKey => _pipeline.Key.PublicKey;

    /// <summary>Opens, recovers what it lacks, checks, and starts a primary.</summary>
    /// <exception cref="StartupException">It cannot start; the message says why and what to do.</exception>
    public static async Task<PrimaryNode> StartAsync(
        PrimaryOptions options, NodeServices services, CancellationToken cancellationToken)
    {
        var key = await services.Machine.OpenKeyAsync(options.Node.KeyFile, cancellationToken);
        var logger = services.Logger<PrimaryNode>();
        foreach (var warning in key.Warnings)
            KeyWarning(logger, warning);
        var startup = new PrimaryStartup(options, key.Signer.PublicKey, services.Machine);
        ILogStore? store = null;
        InternalNetwork? nodes = null;
        PrimaryNode node;
        try
        {
            store = startup.Open();
            var succession = new Succession(store, services);
            nodes = InternalNetwork.Open(options.Node, succession, services);
            var mayRecover = await PrimaryRecovery.RunAsync(
                options, startup, store, nodes, services, cancellationToken);
            PrimaryStartup.CheckSuccession(succession.Latest, store.Identity.NodeId);
            node = new PrimaryNode(
                options, key.Signer, startup.Check(store), succession, nodes, mayRecover, services);
        }
        catch
        {
            nodes?.Dispose();
            store?.Dispose();
            key.Dispose();
            throw;
        }

        return await NodeStart.RunAsync(node, () => node.StartAsync(cancellationToken));
    }

    /// <summary>
    /// Stops without dropping an accepted request: clients first, while leaves still get committed; then the writer;
    /// then what signs, replicates and publishes.
    /// </summary>
    public async Task StopAsync(TimeSpan limit)
    {
        using var deadline = new CancellationTokenSource(limit);
        await _listeners.StopExternalAsync(deadline.Token);
        _tasks.PrepareToStop();
        _pipeline.Queue.Close();
        await _stopping.CancelAsync();
        await _listeners.StopInternalAsync(deadline.Token);
        await _tasks.StopAsync();
    }

    /// <summary>
    /// Reads policy, rate limits, suffix list and certificates again (SIGHUP). What cannot be read stays as it was.
    /// </summary>
    public void Reload()
    {
        _pipeline.Witnesses.Reload();
        _pipeline.Admission.Reload();
        _nodes.Reload();
    }

    /// <summary>What the node is and holds.</summary>
    public NodeStatus Status() => _operator.Status();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _tasks.PrepareToStop();
        _pipeline.Queue.Close();
        await _stopping.CancelAsync();
        await _listeners.CloseAdminAsync();
        await _tasks.StopAsync();
        await _listeners.DisposeAsync();
        _pipeline.Dispose();
        _nodes.Dispose();
        _tasks.Dispose();
        _pipeline.Store.Dispose();
        _stopping.Dispose();
        _operator.Dispose();
        (_pipeline.Key as IDisposable)?.Dispose();
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        await _pipeline.ResumeAsync(cancellationToken);
        Describe();
        _pipeline.Start(_tasks, _isKnownGood);
        _nodes.StartTasks(_tasks);
        await ListenAsync(cancellationToken);
    }

    private void Describe()
    {
        if (_logger.IsEnabled(LogLevel.Information))
            Resumed(_logger, LocalTree.Size, _pipeline.SignedSize.Value, _pipeline.Publisher.Current?.Size);
        var witnesses = _pipeline.Witnesses.Current().Count;
        if (_pipeline.Gate.Alone)
            NoSecondary(_logger);
        if (_pipeline.Gate.Alone && witnesses == 0)
            NoGuard(_logger);
        var refreshesADay = TimeSpan.FromDays(1) / _options.Node.Interval;
        if (witnesses > 0 && refreshesADay > _options.WitnessRequestsPerDay)
            OverBudget(_logger, (long)refreshesADay, _options.WitnessRequestsPerDay);
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        var timer = new LeafTimer(_services.Metrics.Pipeline, _services.Time);
        var leafGate = new LeafGate(
            _pipeline.Store, _pipeline.Queue, _pipeline.Intake, _pipeline.Damage, _pipeline.Admission.Tokens, _pipeline.Admission.Limiter,
            _services.Logger<LeafGate>());
        var read = new ReadEndpoints(
            _pipeline.Publisher, _pipeline.Store, _options.Node.MaxRange, _services.Metrics.Http);
        var add = new AddLeafEndpoint(
            leafGate, _pipeline.SignedSize, _pipeline.Publisher, timer, _options.CommitWait,
            _services.Metrics.Http.Endpoint(EndpointNames.AddLeaf), _services.Time);
        var page = new InformationPage(LogKey.KeyHash(), _options.Node.UrlPrefix);
        var feed = new FeedEndpoint(
            _pipeline.Store, _pipeline.LocalSize, _pipeline.Damage, _options.Node.MaxRange, _services.Time, _stopping.Token);
        await _listeners.OpenInternalAsync(
            _listeners.Table(
            [
                feed.Endpoint, new SuccessionEndpoint(_pipeline.Succession).Endpoint, RosterEndpoint.Get(_pipeline.Store),
                new StatusEndpoint(Status).Endpoint,
            ]),
            cancellationToken);
        // Alone, it could be an older copy as far as anybody but the witnesses knows; they are asked before a client is let in.
        if (!_isKnownGood && _pipeline.Gate.Alone)
        {
            await Task.WhenAny(
                _pipeline.Preflight.HearAsync(_pipeline.Role, _services.Time, cancellationToken), _tasks.Completion);
        }

        cancellationToken.ThrowIfCancellationRequested();
        await _listeners.OpenExternalAsync(
            _listeners.Table([.. read.All, add.Endpoint], page.AnswerAsync), _operator, cancellationToken);
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
