using Microsoft.Extensions.Logging;
using Sigsum.Log.Failover;
using Sigsum.Log.Http;
using Sigsum.Log.Pipeline;
using Sigsum.Log.Scrubbing;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Hosting;

/// <summary>
/// A node that was primary, since when another one was promoted, and that is not its secondary yet: that node is not there, or
/// lacks leaves of this one. It tries to rejoin again and again, signs nothing with the log's key and serves no client; but
/// it takes promotion records, and gives what it holds to the node that is promoted, which may need it.
/// </summary>
internal sealed partial class RetiredNode : INodeAdmin, IAsyncDisposable
{
    private static readonly TimeSpan AskingAgain = TimeSpan.FromSeconds(5);

    private readonly PrimaryOptions _primary;
    private readonly SecondaryOptions _secondary;
    private readonly NodeServices _services;
    private readonly OpenedKey _key;
    private readonly ILogStore _store;
    private readonly Succession _succession;
    private readonly InternalNetwork _nodes;
    private readonly NodeListeners _listeners;
    private readonly NodeTasks _tasks;
    private readonly StoreDamage _damage = new();
    private readonly CancellationTokenSource _stopping = new();

    private RetiredNode(
        PrimaryOptions primary, SecondaryOptions secondary, OpenedKey key, ILogStore store, NodeServices services)
    {
        (_primary, _secondary, _key, _store, _services) = (primary, secondary, key, store, services);
        _succession = new Succession(store, services);
        _nodes = InternalNetwork.Open(secondary.Node, _succession, services);
        _listeners = new NodeListeners(secondary.Node, _nodes, services);
        _tasks = new NodeTasks(services.Health, services.Logger<NodeTasks>());
        if (DamageMark.Load(store) is { } mark)
            _damage.Report(mark.Text);
    }

    /// <summary>Completes when the node has another role, faulted with <see cref="NodeRestartException"/>; or when it failed.</summary>
    public Task Completion => _tasks.Completion;

    /// <summary>Starts it.</summary>
    /// <param name="primary">As what it ran before.</param>
    /// <param name="secondary">As what it will go on; its key is this node's own.</param>
    /// <param name="services">The node's surroundings.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<RetiredNode> StartAsync(
        PrimaryOptions primary, SecondaryOptions secondary, NodeServices services, CancellationToken cancellationToken)
    {
        var key = await services.Machine.OpenKeyAsync(secondary.Node.KeyFile, cancellationToken);
        ILogStore? store = null;
        RetiredNode node;
        try
        {
            store = services.Machine.OpenStore(secondary.Node.DataDir);
            node = new RetiredNode(primary, secondary, key, store, services);
        }
        catch
        {
            store?.Dispose();
            key.Dispose();
            throw;
        }

        return await NodeStart.RunAsync(node, async () =>
        {
            await node.ListenAsync(cancellationToken);
            node._nodes.StartTasks(node._tasks);
            node._tasks.EndWith(store);
            node._tasks.Start("rejoin", node.RejoinAsync);
        });
    }

    /// <summary>Stops.</summary>
    public async Task StopAsync(TimeSpan limit)
    {
        using var deadline = new CancellationTokenSource(limit);
        await _stopping.CancelAsync();
        await _listeners.StopExternalAsync(deadline.Token);
        await _listeners.StopInternalAsync(deadline.Token);
        await _tasks.StopAsync();
    }

    /// <summary>Reads the certificates again (SIGHUP).</summary>
    public void Reload() => _nodes.Reload();

    /// <inheritdoc/>
    public NodeStatus Status() => StatusOfStore.Read(_store, null, _services.Time.GetUtcNow()) with
    {
        Running = true,
        Problems = PrimaryStatus.Problems(_services.Health),
    };

    /// <inheritdoc/>
    public void Freeze() => throw Refused();

    /// <inheritdoc/>
    public void Unfreeze() => throw Refused();

    /// <inheritdoc/>
    public Task<HandoverResult> HandOverAsync(Guid? to, CancellationToken cancellationToken) => throw Refused();

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
        _key.Dispose();
    }

    private static FailoverException Refused() =>
        new("this node is not the log's primary any more, and not yet a secondary: run this where the primary is");

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        var feed = new FeedEndpoint(
            _store, new Watermark(_store.TreeHead.Size), _damage, _secondary.Node.MaxRange, _services.Time, _stopping.Token);
        await _listeners.OpenInternalAsync(
            _listeners.Table(
            [
                new HeldTreeHeadEndpoint(_store, _key.Signer, _succession, () => null).Endpoint, feed.Held,
                NotPrimaryEndpoints.GetLeaves, new SuccessionEndpoint(_succession).Endpoint, RosterEndpoint.Get(_store),
                new StatusEndpoint(Status).Endpoint,
            ]),
            cancellationToken);
        await _listeners.OpenExternalAsync(_listeners.Table(NotPrimaryEndpoints.All), this, cancellationToken);
        Waiting(_services.Logger<RetiredNode>(), _succession.Latest?.NodeId, _succession.Latest?.Epoch);
    }

    /// <summary>
    /// It becomes a secondary by itself, unless it has leaves that the new primary lacks: what becomes of those, the operator
    /// says.
    /// </summary>
    private async Task RejoinAsync(CancellationToken cancellationToken)
    {
        var condition = _services.Health.Register("role");
        while (true)
        {
            var seen = _succession.Epoch.Value;
            try
            {
                if (!SuccessionRules.MayBePrimary(_succession.Latest, _store.Identity.NodeId))
                    await RejoinOnceAsync(cancellationToken);
                break;
            }
            catch (Exception error) when (error is FailoverException or StartupException)
            {
                condition.NotMet(
                    $"another node was promoted, and this one cannot become its secondary by itself: {error.Message}");
            }

            await _succession.Epoch.WaitAboveAsync(seen, AskingAgain, _services.Time, cancellationToken);
        }

        condition.Met();
        _tasks.Restart("this node goes on as what the promotion record says");
        await Task.Delay(Timeout.InfiniteTimeSpan, _services.Time, cancellationToken);
    }

    private async Task RejoinOnceAsync(CancellationToken cancellationToken)
    {
        var url = _succession.Latest?.NodeUrl ?? _secondary.PrimaryUrl
            ?? throw new FailoverException("nothing says where it is: run `sigsum-log rejoin`");
        var options = new RejoinOptions(
            _primary.Node.DataDir, _primary.SthFile, url, DryRun: false, _secondary.Node, KeepAll: true);
        await new Rejoin(options, _store, _services, _ => Task.FromResult(true), _succession).RunAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "node {NodeId} was promoted in epoch {Epoch}: this node is not the log's primary any more, and waits to become its "
            + "secondary")]
    private static partial void Waiting(ILogger logger, Guid? nodeId, ulong? epoch);
}
