using System.Net;
using Sigsum.Client.Http;
using Sigsum.Messages;

namespace Sigsum.Client;

/// <summary>Follows the leaves of a primary over its internal endpoint, as secondaries do.</summary>
public sealed class FeedClient
{
    /// <summary>The header in which a primary says what its tree is after the leaves that it sends.</summary>
    public const string NodeTreeHeader = "Sigsum-Node-Tree";

    private readonly Exchange _exchange;
    private readonly string _endpoint;

    /// <summary>Creates the client; nothing is sent yet.</summary>
    /// <param name="http">Sends the requests, see <see cref="SigsumHttp"/>; stays the caller's.</param>
    /// <param name="baseUrl">The base URL of the primary's internal endpoint.</param>
    /// <param name="options">Time limit, clock and user agent.</param>
    /// <exception cref="ArgumentException">Not an absolute http or https URL.</exception>
    public FeedClient(HttpClient http, Uri baseUrl, ClientOptions? options = null)
        : this(new Exchange(http, baseUrl, options), LeavesQuery.Endpoint)
    {
    }

    private FeedClient(Exchange exchange, string endpoint) => (_exchange, _endpoint) = (exchange, endpoint);

    /// <summary>
    /// Creates a client for the leaves that a node holds which is not the log's primary, of use to the node that is promoted:
    /// they may go beyond those of the log. Only nodes of sigsum-log know that request.
    /// </summary>
    /// <param name="http">Sends the requests, see <see cref="SigsumHttp"/>; stays the caller's.</param>
    /// <param name="baseUrl">The base URL of the node's internal endpoint.</param>
    /// <param name="options">Time limit, clock and user agent.</param>
    /// <exception cref="ArgumentException">Not an absolute http or https URL.</exception>
    public static FeedClient OfHeldLeaves(HttpClient http, Uri baseUrl, ClientOptions? options = null) =>
        new(new Exchange(http, baseUrl, options), "get-held-leaves");

    /// <summary>Fetches the leaves <c>[start, end)</c>, or as many of them as the primary sends at once.</summary>
    /// <param name="start">Index of the first leaf.</param>
    /// <param name="end">Index after the last one that is of use; more than 16384 leaves are never asked for.</param>
    /// <param name="wait">
    /// How long the primary should hold the request when it has no leaf at <paramref name="start"/> yet, at most ten
    /// minutes; zero for not at all. A primary that does not know how answers at once.
    /// </param>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    /// <returns>
    /// The leaves, not verified. A 404 is the end of the tree: log-go gives no way to tell it from a wrong URL.
    /// </returns>
    /// <exception cref="LogClientException">Every other failure.</exception>
    public Task<FeedBatch> GetLeavesAsync(
        ulong start, ulong end, TimeSpan wait = default, CancellationToken cancellationToken = default)
    {
        PreferWait.Check(wait);
        var query = new LeavesQuery(start, end);
        HttpRequestMessage request = _exchange.Request(HttpMethod.Get, $"{_endpoint}/{query.Path}");
        PreferWait.Ask(request, wait);
        return _exchange.SendAsync(request, query.AnswerLimit, wait, answer =>
        {
            IReadOnlyList<Leaf> leaves = answer.Status switch
            {
                HttpStatusCode.OK => query.Parse(answer.Body),
                HttpStatusCode.NotFound => [],
                _ => throw _exchange.Refused(request, answer),
            };
            return new FeedBatch(
                leaves, ReadNodeTree(answer, start + (ulong)leaves.Count), PreferWait.IsApplied(answer.Headers), answer.Node());
        }, cancellationToken);
    }

    private static TreeHead? ReadNodeTree(Answer answer, ulong expectedSize)
    {
        if (answer.SingleHeader(NodeTreeHeader) is not { } value)
            return null;
        TreeHead head = NodeTree.Parse(value);
        if (head.Size != expectedSize)
            throw new SigsumFormatException($"{NodeTreeHeader} is for size {head.Size}, leaves end at {expectedSize}");
        return head;
    }
}
