using Sigsum.Log.Failover;
using Sigsum.Log.Http;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Hosting;

/// <summary>What the operator asks of a primary that runs: status, read-only mode, and the exchange of roles.</summary>
internal sealed class PrimaryAdmin : INodeAdmin, IDisposable
{
    private readonly PrimaryOptions _options;
    private readonly PrimaryPipeline _pipeline;
    private readonly InternalNetwork _nodes;
    private readonly NodeTasks _tasks;
    private readonly NodeServices _services;
    private readonly SemaphoreSlim _oneHandover = new(1, 1);

    public PrimaryAdmin(
        PrimaryOptions options, PrimaryPipeline pipeline, InternalNetwork nodes, NodeTasks tasks, NodeServices services)
    {
        (_options, _pipeline, _nodes, _tasks, _services) = (options, pipeline, nodes, tasks, services);
        if (options.ChangesRoles)
            pipeline.Succession.Superseded += OnSuperseded;
    }

    /// <inheritdoc/>
    public NodeStatus Status() => new PrimaryStatus(_options, _pipeline, _services).Read();

    /// <inheritdoc/>
    public void Freeze()
    {
        _pipeline.Intake.Close(PrimaryPipeline.ReadOnly);
        _pipeline.Sequencer.Between(() => _pipeline.Store.SetTreeState(TreeState.Frozen));
    }

    /// <inheritdoc/>
    public void Unfreeze()
    {
        _pipeline.Sequencer.Between(() => _pipeline.Store.SetTreeState(TreeState.Active));
        _pipeline.Intake.Open();
    }

    /// <inheritdoc/>
    public async Task<HandoverResult> HandOverAsync(Guid? to, CancellationToken cancellationToken)
    {
        if (!_options.ChangesRoles)
        {
            throw new FailoverException("a node that changes roles while it runs is started with `sigsum-log node`; this one was "
                + "started as primary");
        }

        if (!await _oneHandover.WaitAsync(TimeSpan.Zero, CancellationToken.None))
            throw new FailoverException("the log is being handed over already");
        try
        {
            var result = await new Handover(_options, _pipeline, _nodes, _services).RunAsync(to, cancellationToken);
            _tasks.Restart($"handed over to node {result.Record.NodeId:N}: going on as its secondary");
            return result;
        }
        finally
        {
            _oneHandover.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _oneHandover.Dispose();

    /// <summary>Another node was promoted, not by this one: this node goes on as its secondary.</summary>
    private void OnSuperseded(PromotionRecord latest)
    {
        if (_oneHandover.CurrentCount > 0)
            _tasks.Restart($"node {latest.NodeId:N} was promoted in epoch {latest.Epoch}: going on as its secondary");
    }
}
