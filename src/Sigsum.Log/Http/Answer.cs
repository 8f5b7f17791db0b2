using System.Collections.Frozen;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Sigsum.Client;

namespace Sigsum.Log.Http;

/// <summary>How answers look: plain text, a Cache-Control on each, one human line for an error.</summary>
internal static class Answer
{
    /// <summary>For what a client may keep for ever: leaves and proofs of a tree that was published.</summary>
    public static readonly StringValues Immutable = "public, max-age=31536000, immutable";

    /// <summary>For what changes: a cache has to ask again.</summary>
    public static readonly StringValues Changing = "no-cache";

    /// <summary>For errors and acknowledgements.</summary>
    public static readonly StringValues NotStored = "no-store";

    private static readonly FrozenSet<string> Kept = FrozenSet.ToFrozenSet(
        [HeaderNames.Connection, NodeClient.NodeHeader, NodeClient.PromotionHeader], StringComparer.OrdinalIgnoreCase);

    private static readonly StringValues PlainText = "text/plain; charset=utf-8";

    /// <summary>Starts a 200 with a body of known length.</summary>
    public static void Begin(HttpContext context, StringValues cacheControl, long length)
    {
        var response = context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.Headers.ContentType = PlainText;
        response.Headers.CacheControl = cacheControl;
        response.ContentLength = length;
    }

    /// <summary>A 200 with these bytes.</summary>
    public static Task OkAsync(HttpContext context, StringValues cacheControl, ReadOnlyMemory<byte> body)
    {
        Begin(context, cacheControl, body.Length);
        return WriteAsync(context, body);
    }

    /// <summary>Any status with these bytes, of another kind than the protocol's.</summary>
    public static Task OtherAsync(
        HttpContext context, int status, string contentType, StringValues cacheControl, ReadOnlyMemory<byte> body)
    {
        Begin(context, cacheControl, body.Length);
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        return WriteAsync(context, body);
    }

    /// <summary>Forgets what was said of an answer that failed before it began. What concerns the connection, and what this
    /// node says of itself to others, stays.</summary>
    public static void TakeBack(HttpResponse response)
    {
        foreach (var name in response.Headers.Keys.Where(name => !Kept.Contains(name)).ToList())
            response.Headers.Remove(name);
    }

    /// <summary>Any other status, with one line that says why.</summary>
    public static Task ErrorAsync(HttpContext context, int status, string message)
    {
        var line = Encoding.UTF8.GetBytes($"({status}) {OneLine(message)}\n");
        Begin(context, NotStored, line.Length);
        context.Response.StatusCode = status;
        if (status == StatusCodes.Status503ServiceUnavailable)
            context.Response.Headers.RetryAfter = "1";
        return WriteAsync(context, line);
    }

    private static Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> body) =>
        context.Request.Method == HttpMethods.Head
            ? Task.CompletedTask
            : context.Response.BodyWriter.WriteAsync(body, context.RequestAborted).AsTask();

    private static string OneLine(string message) =>
        string.Create(Math.Min(message.Length, 300), message, static (line, text) =>
        {
            for (var i = 0; i < line.Length; i++)
                line[i] = char.IsControl(text[i]) ? ' ' : text[i];
        });
}
