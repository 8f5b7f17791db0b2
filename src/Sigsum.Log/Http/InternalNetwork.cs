using Sigsum.Client;
using Sigsum.Log.Hosting;
using Sigsum.Log.Http.Tls;

namespace Sigsum.Log.Http;

/// <summary>
/// How the nodes of a log reach each other, and the only place where a client of other nodes or the internal listener
/// is made: whether they prove who they are (<c>--internal-tls-*</c>) is decided here for both.
/// </summary>
internal sealed class InternalNetwork : IDisposable
{
    private readonly NodeOptions _options;
    private readonly NodeServices _services;
    private readonly NodeCertificates? _certificates;

    private InternalNetwork(NodeOptions options, NodeCertificates? certificates, NodeServices services)
    {
        _options = options;
        _services = services;
        _certificates = certificates;
        Http = certificates is null
            ? SigsumHttp.CreateForNodes()
            : SigsumHttp.CreateForNodes(() => certificates.Current.ForRequests);
    }

    /// <summary>Sends requests to other nodes, and to nobody else.</summary>
    public HttpClient Http { get; }

    /// <summary>Reads the certificates, if there are any; sends and listens to nothing yet.</summary>
    /// <exception cref="StartupException">They cannot be used.</exception>
    public static InternalNetwork Open(NodeOptions options, NodeServices services) => new(
        options, options.InternalTls is { } files ? NodeCertificates.Open(files, services) : null, services);

    /// <summary>Starts what has to run beside the node.</summary>
    public void StartTasks(NodeTasks tasks)
    {
        if (_certificates is not null)
            tasks.Start("internal certificate", _certificates.WatchAsync);
    }

    /// <summary>Listens for nodes and monitoring at <c>--internal-endpoint</c>.</summary>
    public Task<NodeListener> ListenAsync(EndpointTable table, CancellationToken cancellationToken) =>
        NodeListener.StartInternalAsync(
            _options.InternalEndpoint, table, _certificates, _services, cancellationToken);

    /// <summary>Reads the certificates again (SIGHUP). What cannot be read stays as it was.</summary>
    public void Reload() => _certificates?.Reload();

    /// <inheritdoc/>
    public void Dispose()
    {
        Http.Dispose();
        _certificates?.Dispose();
    }
}
