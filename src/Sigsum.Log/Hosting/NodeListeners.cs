using Sigsum.Log.Http;
using Sigsum.Log.Machine;

namespace Sigsum.Log.Hosting;

/// <summary>Where a node listens: for clients, for nodes and monitoring, and for its operator. Each kind of node opens them when
/// it is ready for them.</summary>
internal sealed class NodeListeners(NodeOptions options, InternalNetwork nodes, NodeServices services) : IAsyncDisposable
{
    private INodeListener? _external;
    private INodeListener? _internal;
    private IAsyncDisposable? _admin;

    /// <summary>Where clients reach the node.</summary>
    public Uri ExternalUrl => _external!.Url;

    /// <summary>Where nodes and monitoring reach the node.</summary>
    public Uri InternalUrl => _internal!.Url;

    /// <summary>Listens for nodes and monitoring (<c>--internal-endpoint</c>).</summary>
    public async Task OpenInternalAsync(EndpointTable table, CancellationToken cancellationToken) =>
        _internal = await nodes.ListenAsync(table, cancellationToken);

    /// <summary>Listens for clients (<c>--external-endpoint</c>), and for the operator, where there is a directory.</summary>
    public async Task OpenExternalAsync(EndpointTable table, INodeAdmin admin, CancellationToken cancellationToken)
    {
        _external = await NodeListener.StartExternalAsync(options.ExternalEndpoint, table, services, cancellationToken);
        if (options.Backend == Backend.Embedded)
            _admin = await services.Machine.ListenForOperatorAsync(options.DataDir, admin, services, cancellationToken);
    }

    /// <summary>Takes no new requests of clients, lets those under way finish, and aborts them at the limit.</summary>
    public Task StopExternalAsync(CancellationToken limit) => _external?.StopAsync(limit) ?? Task.CompletedTask;

    /// <summary>The same for nodes.</summary>
    public Task StopInternalAsync(CancellationToken limit) => _internal?.StopAsync(limit) ?? Task.CompletedTask;

    /// <summary>Hears the operator no more.</summary>
    public async ValueTask CloseAdminAsync()
    {
        if (_admin is { } admin)
            await admin.DisposeAsync();
        _admin = null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await CloseAdminAsync();
        if (_external is not null)
            await _external.DisposeAsync();
        if (_internal is not null)
            await _internal.DisposeAsync();
    }

    /// <summary>A table of endpoints under the node's prefix.</summary>
    public EndpointTable Table(IEnumerable<Endpoint> endpoints, EndpointHandler? information = null) => new(
        options.UrlPrefix, endpoints, information, services.Time, services.Logger<EndpointTable>());
}
