using Microsoft.Extensions.Logging;
using Sigsum.Client;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Machine;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Hosting;

/// <summary>What every part of a node takes from its surroundings: clock, log, metrics, health.</summary>
internal sealed record NodeServices(TimeProvider Time, ILoggerFactory Loggers, NodeMetrics Metrics, NodeHealth Health)
{
    /// <summary>What the node runs on.</summary>
    public IMachine Machine { get; init; } = HostMachine.Instance;

    /// <summary>Surroundings of a new node.</summary>
    public static NodeServices Create(TimeProvider time, ILoggerFactory loggers) =>
        new(time, loggers, new NodeMetrics(time), new NodeHealth(loggers.CreateLogger<NodeHealth>()));

    /// <summary>The logger of one class.</summary>
    public ILogger<T> Logger<T>() => Loggers.CreateLogger<T>();

    /// <summary>How this node's clients ask others.</summary>
    public ClientOptions ClientOptions(NodeOptions options) => new()
    {
        RequestTimeout = options.Timeout,
        UserAgent = $"sigsum-log/{ProgramVersion.Text}",
        TimeProvider = Time,
    };

    /// <summary>Says in the metrics what this node is.</summary>
    public void DescribeNode(StoreIdentity identity)
    {
        Metrics.State.SetInfo(
            StoreFormat.RoleName(identity.Role), StoreFormat.TreeTypeName(identity.TreeType),
            identity.NodeId.ToString(), ProgramVersion.Text);
        Metrics.State.ObserveHealth(Health);
    }
}
