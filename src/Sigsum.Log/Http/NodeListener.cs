using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Log.Http.Tls;
using Sigsum.Log.Machine;

namespace Sigsum.Log.Http;

/// <summary>The two addresses that a node listens at, each with its own limits and its own routes.</summary>
internal static class NodeListener
{
    /// <summary>Listens for clients: the log protocol and nothing else.</summary>
    public static Task<INodeListener> StartExternalAsync(
        HostPort endpoint, EndpointTable table, NodeServices services, CancellationToken cancellationToken) =>
        services.Machine.ListenAsync(
            endpoint, HttpLimits.External, null, table.HandleAsync, services, cancellationToken);

    /// <summary>
    /// Listens for nodes and monitoring: replication, metrics, health. With certificates, to those alone that show one;
    /// nodes get here by <see cref="InternalNetwork.ListenAsync"/>, which knows whether there are any.
    /// </summary>
    public static Task<INodeListener> StartInternalAsync(
        HostPort endpoint, EndpointTable table, NodeCertificates? certificates, Succession succession,
        NodeServices services, CancellationToken cancellationToken)
    {
        var diagnostics = new DiagnosticEndpoints(services.Metrics, services.Health);
        return services.Machine.ListenAsync(
            endpoint, HttpLimits.Internal, certificates,
            context =>
            {
                NodeHeaders.Answer(context, succession);
                return diagnostics.TryHandleAsync(context) ?? table.HandleAsync(context);
            },
            services, cancellationToken);
    }
}
