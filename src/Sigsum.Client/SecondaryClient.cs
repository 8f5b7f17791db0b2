using System.Net;
using Sigsum.Client.Http;
using Sigsum.Messages;

namespace Sigsum.Client;

/// <summary>Asks a secondary, over its internal endpoint, what it has stored, as primaries do.</summary>
public sealed class SecondaryClient
{
    private readonly Exchange _exchange;

    /// <summary>Creates the client; nothing is sent yet.</summary>
    /// <param name="http">Sends the requests, see <see cref="SigsumHttp"/>; stays the caller's.</param>
    /// <param name="baseUrl">The base URL of the secondary's internal endpoint.</param>
    /// <param name="options">Time limit, clock and user agent.</param>
    /// <exception cref="ArgumentException">Not an absolute http or https URL.</exception>
    public SecondaryClient(HttpClient http, Uri baseUrl, ClientOptions? options = null)
    {
        _exchange = new Exchange(http, baseUrl, options);
    }

    /// <summary>Fetches the secondary's tree head.</summary>
    /// <param name="knownSize">The size that the caller knows already; null to get the head in any case.</param>
    /// <param name="wait">
    /// How long the secondary should hold the request while its tree has the known size, at most ten minutes; zero for
    /// not at all. A secondary that does not know how answers at once, with a head of the known size.
    /// </param>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    /// <returns>The head, whose signature is not verified.</returns>
    /// <exception cref="LogClientException">The secondary cannot be reached, refuses, or sends nonsense.</exception>
    public Task<SecondaryAnswer> GetTreeHeadAsync(
        ulong? knownSize = null, TimeSpan wait = default, CancellationToken cancellationToken = default)
    {
        PreferWait.Check(wait);
        HttpRequestMessage request = _exchange.Request(HttpMethod.Get, "get-secondary-tree-head");
        if (knownSize is { } size)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", $"\"{size}\"");
            PreferWait.Ask(request, wait);
        }
        return _exchange.SendAsync(request, AnswerLimits.TreeHead, wait, answer =>
        {
            SignedTreeHead? head = answer.Status switch
            {
                HttpStatusCode.OK => SignedTreeHead.Parse(answer.Body),
                HttpStatusCode.NotModified when knownSize is not null => null,
                _ => throw _exchange.Refused(request, answer),
            };
            return new SecondaryAnswer(head, PreferWait.IsApplied(answer.Headers), answer.Node());
        }, cancellationToken);
    }

    /// <summary>
    /// Fetches the head of what a node holds that is no primary, to be fetched by the node that is promoted. Nobody signs a
    /// tree head on the strength of it. Only nodes of sigsum-log know this request, and they answer it to that node only.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    /// <returns>The head, whose signature is not verified.</returns>
    /// <exception cref="LogClientException">The node cannot be reached, refuses, or sends nonsense.</exception>
    public Task<SignedTreeHead> GetHeldTreeHeadAsync(CancellationToken cancellationToken = default)
    {
        HttpRequestMessage request = _exchange.Request(HttpMethod.Get, "get-held-tree-head");
        return _exchange.SendAsync(request, AnswerLimits.TreeHead, TimeSpan.Zero, answer =>
            answer.Status == HttpStatusCode.OK
                ? SignedTreeHead.Parse(answer.Body)
                : throw _exchange.Refused(request, answer), cancellationToken);
    }
}
