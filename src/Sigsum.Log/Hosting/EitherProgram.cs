using Sigsum.Log.Failover;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Hosting;

/// <summary>
/// A node as a process that is primary or secondary as its directory says (<c>sigsum-log node</c>), and changes roles
/// without being restarted when a promotion record says so. With it, no unit and no configuration file has to be changed
/// for a switchover or after a promotion.
/// </summary>
internal sealed class EitherProgram(PrimaryOptions primary, SecondaryOptions secondary)
{
    private static readonly TimeSpan AskingAgain = TimeSpan.FromSeconds(5);

    /// <summary>Runs until cancelled (SIGTERM) or until the node fails.</summary>
    /// <returns>0 after a clean stop, 1 when the node could not start or had to stop.</returns>
    public Task<int> RunAsync(CancellationToken stop) => NodeProgram.RunAsync(primary.Node, StartAsync, stop);

    /// <summary>Starts the node in the role that it has now.</summary>
    public async Task<RunningNode> StartAsync(NodeServices services, CancellationToken cancellationToken)
    {
        if (await DecideAsync(services, cancellationToken) == NodeRole.Secondary)
        {
            var node = await SecondaryNode.StartAsync(secondary, services, cancellationToken);
            return new RunningNode(node, node.Completion, node.StopAsync, node.Reload);
        }
        else
        {
            try
            {
                var node = await PrimaryNode.StartAsync(primary, services, cancellationToken);
                return new RunningNode(node, node.Completion, node.StopAsync, node.Reload);
            }
            catch (SupersededException error)
            {
                // Heard at the first contact with the others; the record is stored now.
                throw new NodeRestartException(error.Message);
            }
        }
    }

    /// <summary>The role that the directory has, after the change that a promotion record asks for.</summary>
    private async Task<NodeRole> DecideAsync(NodeServices services, CancellationToken cancellationToken)
    {
        using var store = services.Machine.OpenStore(primary.Node.DataDir);
        var latest = Succession.Load(store);
        if (Takeover.IsDue(store, latest))
            Takeover.BecomePrimary(store, primary.SthFile, services.Machine.Disk);
        else if (Takeover.IsOver(store, latest))
            Takeover.BecomeSecondary(store, primary.SthFile, services.Machine.Disk);
        else if (store.Identity.Role == NodeRole.Primary && !SuccessionRules.MayBePrimary(latest, store.Identity.NodeId))
            await RejoinAsync(store, latest!.NodeUrl ?? secondary.PrimaryUrl, services, cancellationToken);
        if (store.Identity.Role == NodeRole.Primary && latest?.NodeId == store.Identity.NodeId)
            Takeover.Complete(primary.SthFile, services.Machine.Disk);
        return store.Identity.Role;
    }

    /// <summary>
    /// An old primary that comes back becomes a secondary by itself, unless it has leaves that the new primary lacks: what
    /// becomes of those, the operator says.
    /// </summary>
    private async Task RejoinAsync(
        ILogStore store, Uri? url, NodeServices services, CancellationToken cancellationToken)
    {
        if (url is null)
            throw new StartupException("another node was promoted, and nothing says where it is: run `sigsum-log rejoin`");
        var options = new RejoinOptions(
            primary.Node.DataDir, primary.SthFile, url, DryRun: false, primary.Node, KeepAll: true);
        try
        {
            await new Rejoin(options, store, services, _ => Task.FromResult(true)).RunAsync(cancellationToken);
        }
        catch (FailoverException error)
        {
            await Task.Delay(AskingAgain, services.Time, cancellationToken);
            throw new NodeRestartException(
                $"another node was promoted, and this one cannot become its secondary by itself: {error.Message}");
        }
    }
}
