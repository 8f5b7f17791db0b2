using Sigsum.Client;
using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Log.Http.Tls;
using Sigsum.Log.Machine;

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
    private readonly Succession _succession;

    private InternalNetwork(
        NodeOptions options, NodeCertificates? certificates, Succession succession, NodeServices services)
    {
        _options = options;
        _succession = succession;
        _services = services;
        _certificates = certificates;
        Requests = services.ClientOptions(options);
        Http = services.Machine.NewNodeHttp(
            certificates is null ? null : () => certificates.Current.ForRequests,
            sender => new GreetingHandler(succession, sender));
    }

    /// <summary>
    /// Sends requests to other nodes, and to nobody else: greets with each, and takes note of promotion records in answers.
    /// </summary>
    public HttpClient Http { get; }

    /// <summary>Time limit, clock and name of this node's requests.</summary>
    public ClientOptions Requests { get; }

    /// <summary>Hands signed statements to a node.</summary>
    public NodeClient Node(Uri url) => new(Http, url, Requests);

    /// <summary>Asks a secondary what it holds.</summary>
    public SecondaryClient Secondary(Uri url) => new(Http, url, Requests);

    /// <summary>Fetches a node's leaves.</summary>
    public FeedClient Feed(Uri url) => new(Http, url, Requests);

    /// <summary>Fetches what a node holds that is not the log's primary.</summary>
    public FeedClient HeldFeed(Uri url) => FeedClient.OfHeldLeaves(Http, url, Requests);

    /// <summary>Reads the certificates, if there are any; sends and listens to nothing yet.</summary>
    /// <exception cref="StartupException">They cannot be used.</exception>
    public static InternalNetwork Open(NodeOptions options, Succession succession, NodeServices services) => new(
        options, options.InternalTls is { } files ? NodeCertificates.Open(files, services) : null, succession, services);

    /// <summary>Starts what has to run beside the node.</summary>
    public void StartTasks(NodeTasks tasks)
    {
        if (_certificates is not null)
            tasks.Start("internal certificate", _certificates.WatchAsync);
    }

    /// <summary>Listens for nodes and monitoring at <c>--internal-endpoint</c>.</summary>
    public Task<INodeListener> ListenAsync(EndpointTable table, CancellationToken cancellationToken) =>
        NodeListener.StartInternalAsync(
            _options.InternalEndpoint, table, _certificates, _succession, _services, cancellationToken);

    /// <summary>Reads the certificates again (SIGHUP). What cannot be read stays as it was.</summary>
    public void Reload() => _certificates?.Reload();

    /// <inheritdoc/>
    public void Dispose()
    {
        Http.Dispose();
        _certificates?.Dispose();
    }
}
