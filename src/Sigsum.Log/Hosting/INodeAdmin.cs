using Sigsum.Log.Failover;

namespace Sigsum.Log.Hosting;

/// <summary>What the operator can ask of a node that runs, on its own host alone: see <c>AdminListener</c>.</summary>
internal interface INodeAdmin
{
    /// <summary>What the node is and holds.</summary>
    NodeStatus Status();

    /// <summary>Freezes the tree: reads, replication of what is there and refresh of cosignatures go on, nothing is added.</summary>
    void Freeze();

    /// <summary>Lets the tree grow again.</summary>
    void Unfreeze();

    /// <summary>Hands the log over to a secondary.</summary>
    /// <exception cref="FailoverException">It is called off.</exception>
    Task<HandoverResult> HandOverAsync(Guid? to, CancellationToken cancellationToken);
}
