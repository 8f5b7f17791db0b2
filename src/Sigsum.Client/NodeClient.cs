using System.Net;
using Sigsum.Client.Http;
using Sigsum.Messages;

namespace Sigsum.Client;

/// <summary>What a node said to a statement that was sent to it.</summary>
/// <param name="Status">200: it is on that node's stable storage.</param>
/// <param name="Text">The first line of any other answer.</param>
/// <param name="Node">Which node answered, if it says so.</param>
public sealed record NodeAnswer(HttpStatusCode Status, string Text, NodeGreeting? Node)
{
    /// <summary>Whether the statement is on the other node's stable storage.</summary>
    public bool IsStored => Status == HttpStatusCode.OK;
}

/// <summary>
/// Hands statements that are signed with the log key to another node of the log, over its internal endpoint: promotion
/// records, rosters, published tree heads. Only nodes of sigsum-log know these.
/// </summary>
public sealed class NodeClient
{
    /// <summary>The header with a <see cref="NodeGreeting"/>, in requests and answers between nodes.</summary>
    public const string NodeHeader = "Sigsum-Node";

    /// <summary>The header of an answer with a promotion record in base64, for a sender that lacks it.</summary>
    public const string PromotionHeader = "Sigsum-Promotion";

    private readonly Exchange _exchange;

    /// <summary>Creates the client; nothing is sent yet.</summary>
    /// <param name="http">Sends the requests, see <see cref="SigsumHttp"/>; stays the caller's.</param>
    /// <param name="baseUrl">The base URL of the node's internal endpoint.</param>
    /// <param name="options">Time limit, clock and user agent.</param>
    /// <exception cref="ArgumentException">Not an absolute http or https URL.</exception>
    public NodeClient(HttpClient http, Uri baseUrl, ClientOptions? options = null) =>
        _exchange = new Exchange(http, baseUrl, options);

    /// <summary>Reads the value of <see cref="PromotionHeader"/>.</summary>
    /// <param name="value">Base64.</param>
    /// <returns>The record, whose signature is not verified; null for anything else.</returns>
    public static PromotionRecord? TryReadPromotion(string value)
    {
        var bytes = new byte[AnswerLimits.Promotion];
        if (!Convert.TryFromBase64String(value, bytes, out int length))
            return null;
        try
        {
            return PromotionRecord.Parse(bytes.AsSpan(0, length));
        }
        catch (SigsumFormatException)
        {
            return null;
        }
    }

    /// <summary>Tells the node of a promotion.</summary>
    /// <param name="record">Signed with the log key.</param>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    /// <exception cref="LogClientException">The node cannot be reached, or sends nonsense.</exception>
    public Task<NodeAnswer> AddPromotionAsync(PromotionRecord record, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(record);
        return PostAsync("add-promotion", record.ToBytes(), cancellationToken);
    }

    /// <summary>Tells a secondary which nodes hold the log.</summary>
    /// <param name="roster">Signed with the log key.</param>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    /// <exception cref="LogClientException">The node cannot be reached, or sends nonsense.</exception>
    public Task<NodeAnswer> AddRosterAsync(Roster roster, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(roster);
        return PostAsync("add-roster", roster.ToBytes(), cancellationToken);
    }

    /// <summary>Asks a node for the latest roster that it knows.</summary>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    /// <returns>The roster, whose signature the caller verifies; null where it knows none, or is of another software.</returns>
    /// <exception cref="LogClientException">The node cannot be reached, or sends nonsense.</exception>
    public Task<Roster?> GetRosterAsync(CancellationToken cancellationToken = default)
    {
        HttpRequestMessage request = _exchange.Request(HttpMethod.Get, "get-roster");
        return _exchange.SendAsync(request, AnswerLimits.Roster, TimeSpan.Zero, answer => answer.Status switch
        {
            HttpStatusCode.OK => Roster.Parse(answer.Body),
            HttpStatusCode.NotFound => null,
            _ => throw _exchange.Refused(request, answer),
        }, cancellationToken);
    }

    /// <summary>Tells a secondary what is about to be published, in the form that get-tree-head answers.</summary>
    /// <param name="body">A cosigned tree head.</param>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    /// <exception cref="LogClientException">The node cannot be reached, or sends nonsense.</exception>
    public Task<NodeAnswer> AddPublishedHeadAsync(
        ReadOnlyMemory<byte> body, CancellationToken cancellationToken = default) =>
        PostAsync("add-published-head", body, cancellationToken);

    /// <summary>Asks a node to prove that it can sign with the log key, by a signature on a message of the caller's.</summary>
    /// <param name="message">What is to be signed; the node adds what makes it no message of the log.</param>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    /// <returns>200 with the signature in hex as text.</returns>
    /// <exception cref="LogClientException">The node cannot be reached, or sends nonsense.</exception>
    public Task<NodeAnswer> ProveLogKeyAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default) =>
        PostAsync("prove-log-key", message, cancellationToken);

    /// <summary>What the node says of itself, for people and scripts: a JSON object.</summary>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    /// <exception cref="LogClientException">The node cannot be reached, or refuses.</exception>
    public Task<byte[]> GetStatusAsync(CancellationToken cancellationToken = default)
    {
        HttpRequestMessage request = _exchange.Request(HttpMethod.Get, "get-status");
        return _exchange.SendAsync(request, AnswerLimits.Status, TimeSpan.Zero, answer =>
            answer.Status == HttpStatusCode.OK
                ? answer.Body.ToArray()
                : throw _exchange.Refused(request, answer), cancellationToken);
    }

    private Task<NodeAnswer> PostAsync(string endpoint, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        HttpRequestMessage request = _exchange.Request(HttpMethod.Post, endpoint);
        request.Content = new ReadOnlyMemoryContent(body);
        return _exchange.SendAsync(request, AnswerLimits.ErrorText, TimeSpan.Zero, static answer =>
            new NodeAnswer(answer.Status, ErrorText.FirstLine(answer.Body), answer.Node()), cancellationToken);
    }
}
