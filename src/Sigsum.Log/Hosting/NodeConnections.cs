using Sigsum.Client;
using Sigsum.Log.Failover;

namespace Sigsum.Log.Hosting;

/// <summary>How a node reaches the others of its log: one HTTP client that greets, and a client for each URL.</summary>
internal sealed class NodeConnections(NodeOptions options, Succession succession, NodeServices services) : IDisposable
{
    /// <summary>Time limit, clock and name of this node's requests.</summary>
    public ClientOptions Options { get; } = services.ClientOptions(options);

    /// <summary>Greets with each request, and takes note of promotion records in answers.</summary>
    public HttpClient Http { get; } = SigsumHttp.CreateForNodes(inner => new GreetingHandler(succession, inner));

    /// <summary>Hands signed statements to a node.</summary>
    public NodeClient Node(Uri url) => new(Http, url, Options);

    /// <summary>Asks a secondary what it holds.</summary>
    public SecondaryClient Secondary(Uri url) => new(Http, url, Options);

    /// <summary>Fetches a node's leaves.</summary>
    public FeedClient Feed(Uri url) => new(Http, url, Options);

    /// <inheritdoc/>
    public void Dispose() => Http.Dispose();
}
