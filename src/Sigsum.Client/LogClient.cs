using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using Sigsum.Client.Http;
using Sigsum.Messages;
using Sigsum.Tokens;

namespace Sigsum.Client;

/// <summary>Talks to a log over HTTP.</summary>
public sealed class LogClient : ILogClient
{
    private readonly Exchange _exchange;

    /// <summary>Creates the client; nothing is sent yet.</summary>
    /// <param name="http">Sends the requests, see <see cref="SigsumHttp"/>; stays the caller's.</param>
    /// <param name="baseUrl">The log's base URL, with or without a slash at its end.</param>
    /// <param name="options">Time limit, clock and user agent.</param>
    /// <exception cref="ArgumentException">Not an absolute http or https URL.</exception>
    public LogClient(HttpClient http, Uri baseUrl, ClientOptions? options = null)
    {
        _exchange = new Exchange(http, baseUrl, options);
    }

    /// <inheritdoc/>
    public Task<CosignedTreeHead> GetTreeHeadAsync(CancellationToken cancellationToken = default) =>
        GetAsync("get-tree-head", AnswerLimits.TreeHead, CosignedTreeHead.Parse, cancellationToken);

    /// <inheritdoc/>
    public async Task<InclusionProof> GetInclusionProofAsync(
        InclusionProofRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(request.Size);
        if (request.Size == 1)
            return new InclusionProof(0, []);
        InclusionProof proof = await GetAsync($"get-inclusion-proof/{request.ToPath()}", AnswerLimits.Proof,
            InclusionProof.Parse, cancellationToken).ConfigureAwait(false);
        return proof;
    }

    /// <inheritdoc/>
    public async Task<ConsistencyProof> GetConsistencyProofAsync(
        ConsistencyProofRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(request.OldSize, request.NewSize);
        if (request.OldSize == 0 || request.OldSize == request.NewSize)
            return ConsistencyProof.Empty;
        return await GetAsync($"get-consistency-proof/{request.ToPath()}", AnswerLimits.Proof,
            ConsistencyProof.Parse, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<Leaf>> GetLeavesAsync(LeavesRange range, CancellationToken cancellationToken = default)
    {
        LeavesQuery query = new(range.Start, range.End);
        return GetAsync($"{LeavesQuery.Endpoint}/{query.Path}", query.AnswerLimit, query.Parse, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<AddLeafStatus> AddLeafAsync(
        AddLeafRequest request, SubmitTokenHeader? token = null, CancellationToken cancellationToken = default)
    {
        var body = new ArrayBufferWriter<byte>(512);
        request.Write(body);
        HttpRequestMessage http = _exchange.Request(HttpMethod.Post, "add-leaf");
        http.Content = new ReadOnlyMemoryContent(body.WrittenMemory);
        http.Content.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        if (token is { } header)
            http.Headers.Add(SubmitTokenHeader.HeaderName, header.ToString());
        // The specification gives a successful answer no body; what a proxy may have put there is not our concern.
        return _exchange.SendAsync(http, AnswerLimits.ErrorText, TimeSpan.Zero, answer => answer.Status switch
        {
            HttpStatusCode.OK => AddLeafStatus.Committed,
            HttpStatusCode.Accepted => AddLeafStatus.Accepted,
            _ => throw _exchange.Refused(http, answer),
        }, cancellationToken);
    }

    private Task<T> GetAsync<T>(string endpoint, int limit, BodyParser<T> parse, CancellationToken cancellationToken)
    {
        HttpRequestMessage request = _exchange.Request(HttpMethod.Get, endpoint);
        return _exchange.SendAsync(request, limit, TimeSpan.Zero, answer => answer.Status == HttpStatusCode.OK
            ? parse(answer.Body)
            : throw _exchange.Refused(request, answer), cancellationToken);
    }

    private delegate T BodyParser<out T>(ReadOnlySpan<byte> body);
}
