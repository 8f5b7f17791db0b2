using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Sigsum.Client.Http;

/// <summary>
/// One request and its answer, the only place where this library touches the network: bounds the time and the size,
/// and turns every failure but the caller's own cancellation into a <see cref="LogClientException"/>.
/// </summary>
internal sealed class Exchange
{
    /// <summary>The longest pause that an answer can ask for; a larger one counts as this one.</summary>
    private static readonly TimeSpan MaxRetryAfter = TimeSpan.FromMinutes(5);

    private readonly HttpClient _http;
    private readonly ClientOptions _options;
    private readonly string _prefix;

    public Exchange(HttpClient http, Uri baseUrl, ClientOptions? options)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(baseUrl);
        if (!baseUrl.IsAbsoluteUri || (baseUrl.Scheme != Uri.UriSchemeHttp && baseUrl.Scheme != Uri.UriSchemeHttps))
            throw new ArgumentException($"not an http or https URL: {baseUrl}", nameof(baseUrl));
        if (baseUrl.Query.Length > 0 || baseUrl.Fragment.Length > 0 || baseUrl.UserInfo.Length > 0)
            throw new ArgumentException("a base URL has no user, query or fragment", nameof(baseUrl));
        _http = http;
        _options = options ?? ClientOptions.Default;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(_options.RequestTimeout, TimeSpan.Zero);
        _prefix = baseUrl.AbsoluteUri.TrimEnd('/') + "/";
    }

    /// <summary>The clock of the client that this exchange belongs to.</summary>
    public TimeProvider TimeProvider => _options.TimeProvider;

    /// <summary>A request for an endpoint: a path without leading slash.</summary>
    public HttpRequestMessage Request(HttpMethod method, string endpoint)
    {
        var request = new HttpRequestMessage(method, new Uri(_prefix + endpoint));
        request.Headers.UserAgent.ParseAdd(_options.UserAgent);
        return request;
    }

    /// <summary>Sends a request and parses its answer.</summary>
    /// <param name="request">From <see cref="Request"/>; is disposed of.</param>
    /// <param name="limit">The longest body of a successful answer, in bytes.</param>
    /// <param name="held">How long the other side was asked to hold the request.</param>
    /// <param name="read">Sees every status; throws <see cref="Refused"/> for those that it has no use for.</param>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    public async Task<T> SendAsync<T>(
        HttpRequestMessage request, int limit, TimeSpan held, AnswerReader<T> read, CancellationToken cancellationToken)
    {
        using HttpRequestMessage _ = request;
        TimeSpan timeLimit = _options.RequestTimeout + held;
        using var timer = new CancellationTokenSource(timeLimit, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            using HttpResponseMessage response = await _http
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            bool success = response.IsSuccessStatusCode;
            using BoundedBody body = await BoundedBody
                .ReadAsync(response.Content, success ? limit : AnswerLimits.ErrorText, either.Token)
                .ConfigureAwait(false);
            if (success)
                CheckBody(request, response, body.IsCut, limit);
            return Parse(request, response, body.Span, read);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new LogClientException(LogClientFailure.Timeout, null,
                $"{request.RequestUri}: no answer within {timeLimit.TotalSeconds:0.###} s", inner: e);
        }
        catch (Exception e) when (e is IOException or SocketException or HttpRequestException and not LogClientException)
        {
            // A connection that is reset in the moment in which it is made surfaces as the bare error of its socket.
            // Cancelling tears the connection down, which may surface before the cancellation itself.
            cancellationToken.ThrowIfCancellationRequested();
            throw new LogClientException(LogClientFailure.Transport, null,
                $"{request.RequestUri}: {Reason(e)}", inner: e);
        }
    }

    /// <summary>The error for an answer whose status is no success.</summary>
    public LogClientException Refused(HttpRequestMessage request, Answer answer)
    {
        string text = ErrorText.FirstLine(answer.Body);
        return new LogClientException(LogClientFailure.Status, answer.Status,
            $"{request.RequestUri}: {ErrorText.Status(answer.Status)}" + (text.Length > 0 ? $": {text}" : ""),
            RetryAfter(answer.Headers.RetryAfter));
    }

    private static T Parse<T>(
        HttpRequestMessage request, HttpResponseMessage response, ReadOnlySpan<byte> body, AnswerReader<T> read)
    {
        try
        {
            return read(new Answer(response, body));
        }
        catch (SigsumFormatException e)
        {
            throw new LogClientException(LogClientFailure.Malformed, response.StatusCode,
                $"{request.RequestUri}: malformed answer: {ErrorText.Clean(e.Message)}", inner: e);
        }
    }

    private static void CheckBody(HttpRequestMessage request, HttpResponseMessage response, bool isCut, int limit)
    {
        if (isCut)
        {
            throw new LogClientException(LogClientFailure.TooLarge, response.StatusCode,
                $"{request.RequestUri}: answer is longer than {limit} bytes");
        }
        if (response.Content.Headers.ContentEncoding.Count > 0)
        {
            throw new LogClientException(LogClientFailure.Malformed, response.StatusCode,
                $"{request.RequestUri}: malformed answer: it is encoded although no encoding was offered");
        }
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header)
    {
        TimeSpan? wait = header?.Delta ?? (header?.Date - _options.TimeProvider.GetUtcNow());
        if (wait is not { } value)
            return null;
        return value < TimeSpan.Zero ? TimeSpan.Zero : value > MaxRetryAfter ? MaxRetryAfter : value;
    }

    private static string Reason(Exception e)
    {
        // The innermost text is the operating system's, which says most; the outer ones repeat it at length.
        Exception inner = e;
        while (inner.InnerException is { } next)
            inner = next;
        // Some of these texts quote what was received.
        return ErrorText.Clean(inner.Message);
    }
}
