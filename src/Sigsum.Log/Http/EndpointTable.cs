using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Http;

/// <summary>Answers one endpoint; <paramref name="arguments"/> is what follows the endpoint's name and slash.</summary>
internal delegate Task EndpointHandler(HttpContext context, PathArguments arguments);

/// <summary>One endpoint of a node.</summary>
/// <param name="Name">Name in the URL, after the prefix.</param>
/// <param name="Method">GET (which answers HEAD too) or POST.</param>
/// <param name="TakesArguments">Whether slash-separated values follow the name.</param>
/// <param name="Handler">What answers it.</param>
/// <param name="Metrics">Where its requests are counted, if they are.</param>
internal sealed record Endpoint(
    string Name, string Method, bool TakesArguments, EndpointHandler Handler, EndpointMetrics? Metrics = null)
{
    /// <summary>Value of the Allow header.</summary>
    public string Allow { get; } = Method == HttpMethods.Get ? "GET, HEAD" : Method;
}

/// <summary>
/// The routes of one listener: prefix, endpoint name, arguments. The one place that turns what went wrong into a
/// status: nothing internal reaches a client.
/// </summary>
internal sealed partial class EndpointTable
{
    private readonly string _prefix;
    private readonly FrozenDictionary<string, Endpoint>.AlternateLookup<ReadOnlySpan<char>> _endpoints;
    private readonly EndpointHandler? _information;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <param name="prefix">URL prefix without slashes at its ends, or empty.</param>
    /// <param name="endpoints">The endpoints under the prefix.</param>
    /// <param name="information">What answers <c>/</c> and <c>/prefix/</c>, if anything.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where failures go.</param>
    public EndpointTable(
        string prefix,
        IEnumerable<Endpoint> endpoints,
        EndpointHandler? information,
        TimeProvider time,
        ILogger<EndpointTable> logger)
    {
        _prefix = prefix.Length == 0 ? "/" : "/" + prefix + "/";
        _endpoints = endpoints.ToFrozenDictionary(e => e.Name, StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();
        _information = information;
        _time = time;
        _logger = logger;
    }

    /// <summary>Answers one request.</summary>
    public Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        if (_information is not null && (path == "/" || path == _prefix))
            return RunAsync(context, new Endpoint("", HttpMethods.Get, false, _information), default);
        if (!path.StartsWith(_prefix, StringComparison.Ordinal))
            return Answer.ErrorAsync(context, StatusCodes.Status404NotFound, "no such page");

        var rest = path.AsSpan(_prefix.Length);
        var slash = rest.IndexOf('/');
        var name = slash < 0 ? rest : rest[..slash];
        if (!_endpoints.TryGetValue(name, out var endpoint) || (slash >= 0 && !endpoint.TakesArguments))
            return Answer.ErrorAsync(context, StatusCodes.Status404NotFound, "no such endpoint");
        var arguments = slash < 0 ? default : new PathArguments(path, _prefix.Length + slash + 1);
        return RunAsync(context, endpoint, arguments);
    }

    private Task RunAsync(HttpContext context, Endpoint endpoint, PathArguments arguments)
    {
        if (IsAllowed(context.Request.Method, endpoint))
            return AnswerAsync(context, endpoint, arguments);
        context.Response.Headers.Allow = endpoint.Allow;
        return Answer.ErrorAsync(
            context, StatusCodes.Status405MethodNotAllowed, $"this endpoint takes {endpoint.Allow}");
    }

    private async Task AnswerAsync(HttpContext context, Endpoint endpoint, PathArguments arguments)
    {
        var started = _time.GetTimestamp();
        endpoint.Metrics?.OnRequest();
        try
        {
            await endpoint.Handler(context, arguments);
        }
        catch (Exception error)
        {
            await AnswerFailureAsync(context, endpoint, error);
        }
        finally
        {
            endpoint.Metrics?.OnResponse(context.Response.StatusCode, _time.GetElapsedTime(started));
        }
    }

    // Methods are case-sensitive (RFC 9110 section 9.1); those of HttpMethods are not.
    private static bool IsAllowed(string method, Endpoint endpoint) =>
        method == endpoint.Method || (method == HttpMethods.Head && endpoint.Method == HttpMethods.Get);

    private async Task AnswerFailureAsync(HttpContext context, Endpoint endpoint, Exception error)
    {
        var (status, message) = error switch
        {
            RequestRefusedException refused => (refused.Status, refused.Message),
            SigsumFormatException malformed => (StatusCodes.Status400BadRequest, malformed.Message),
            BodyTooLargeException tooLarge => (StatusCodes.Status413PayloadTooLarge, tooLarge.Message),
            BadHttpRequestException bad => (bad.StatusCode, "the request is not well-formed HTTP"),
            OperationCanceledException => (StatusCodes.Status503ServiceUnavailable, "the log is stopping, try again"),
            // The node ends for it, or an operator has to act; the same request is right once that is done.
            StoreException => (StatusCodes.Status503ServiceUnavailable, "the log cannot read or write its store"),
            _ => (StatusCodes.Status500InternalServerError, "internal error"),
        };
        if (status >= StatusCodes.Status500InternalServerError && error is not OperationCanceledException
            && error is not RequestRefusedException)
            Failed(_logger, endpoint.Name, error);
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        if (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to read it: this is for the metrics.
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            context.Abort();
            return;
        }

        context.Response.Headers.Clear();
        await Answer.ErrorAsync(context, status, message);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "request to {Endpoint} failed")]
    private static partial void Failed(ILogger logger, string endpoint, Exception error);
}
