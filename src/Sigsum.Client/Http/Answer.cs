using System.Net;
using System.Net.Http.Headers;
using Sigsum.Messages;

namespace Sigsum.Client.Http;

/// <summary>A complete answer, whose body is only valid while it is being parsed.</summary>
internal readonly ref struct Answer(HttpResponseMessage response, ReadOnlySpan<byte> body)
{
    public ReadOnlySpan<byte> Body { get; } = body;

    public HttpStatusCode Status => response.StatusCode;

    public HttpResponseHeaders Headers => response.Headers;

    public string? MediaType => response.Content.Headers.ContentType?.MediaType;

    /// <summary>The value of a header that may be there once at most; null if it is not there.</summary>
    /// <exception cref="SigsumFormatException">The header is there more than once.</exception>
    public string? SingleHeader(string name)
    {
        if (!response.Headers.NonValidated.TryGetValues(name, out HeaderStringValues values))
            return null;
        if (values.Count != 1)
            throw new SigsumFormatException($"header {name} is there {values.Count} times");
        return values.ToString();
    }

    /// <summary>Which node answered; null where it does not say.</summary>
    /// <exception cref="SigsumFormatException">What it says is malformed.</exception>
    public NodeGreeting? Node() => SingleHeader(NodeClient.NodeHeader) is { } value ? NodeGreeting.Parse(value) : null;
}

/// <summary>Turns an answer into a value, or throws <see cref="SigsumFormatException"/>.</summary>
internal delegate T AnswerReader<out T>(Answer answer);
