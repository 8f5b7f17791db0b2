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
    /// <summary>Runs until cancelled (SIGTERM) or until the node fails.</summary>
    /// <returns>0 after a clean stop, 1 when the node could not start or had to stop.</returns>
    public Task<int> RunAsync(CancellationToken stop) => NodeProgram.RunAsync(primary.Node, StartAsync, stop);

    /// <summary>Starts the node in the role that it has now.</summary>
    public async Task<RunningNode> StartAsync(NodeServices services, CancellationToken cancellationToken)
    {
        var (role, retired) = Decide(services);
        if (role == NodeRole.Secondary)
        {
            var node = await SecondaryNode.StartAsync(secondary, services, cancellationToken);
            return new RunningNode(node, node.Completion, node.StopAsync, node.Reload);
        }

        if (retired)
        {
            var node = await RetiredNode.StartAsync(primary, secondary, services, cancellationToken);
            return new RunningNode(node, node.Completion, node.StopAsync, node.Reload);
        }

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

    /// <summary>
    /// The role that the directory has, after the change that a promotion record asks for; and whether it is that of a primary
    /// whose time is over.
    /// </summary>
    private (NodeRole Role, bool Retired) Decide(NodeServices services)
    {
        using var store = services.Machine.OpenStore(primary.Node.DataDir);
        var latest = Succession.Load(store);
        if (Takeover.IsDue(store, latest))
            Takeover.BecomePrimary(store, primary.SthFile, services.Machine.Disk);
        else if (Takeover.IsOver(store, latest))
            Takeover.BecomeSecondary(store, primary.SthFile, services.Machine.Disk);
        if (store.Identity.Role == NodeRole.Primary && latest?.NodeId == store.Identity.NodeId)
            Takeover.Complete(primary.SthFile, services.Machine.Disk);
        return (store.Identity.Role, !SuccessionRules.MayBePrimary(latest, store.Identity.NodeId));
    }
}
