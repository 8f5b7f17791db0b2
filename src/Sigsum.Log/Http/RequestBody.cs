using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Sigsum.Log.Http;

/// <summary>The request has a longer body than the endpoint takes; answered with 413.</summary>
internal sealed class BodyTooLargeException(int limit)
    : Exception($"request body is larger than {limit} bytes");

/// <summary>Reads bodies of requests, which are small, as a whole.</summary>
internal static class RequestBody
{
    /// <summary>
    /// The whole body, at most <paramref name="limit"/> bytes. Nothing is allocated for one that is too long.
    /// After a refusal the connection is closed, so that the rest need not be read.
    /// </summary>
    /// <exception cref="BodyTooLargeException">It is longer, by its Content-Length or in fact.</exception>
    /// <exception cref="BadHttpRequestException">
    /// The body is malformed, was cut short or came too slowly; its StatusCode is what to answer.
    /// </exception>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(
        HttpRequest request, int limit, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limit)
            throw Refuse(request, limit);
        PipeReader body = request.BodyReader;
        while (true)
        {
            ReadResult read;
            try
            {
                read = await body.ReadAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
            {
                throw Refuse(request, limit);
            }
            catch (IOException e) when (e is not BadHttpRequestException)
            {
                // A connection that was reset, or a chunk whose size is no number: the client's doing. The former is
                // aborted, because Kestrel would try to read the rest first and complain.
                if (e is ConnectionResetException)
                    request.HttpContext.Abort();
                throw new BadHttpRequestException("the body cannot be read", StatusCodes.Status400BadRequest, e);
            }
            if (read.Buffer.Length > limit)
                throw Refuse(request, limit);
            if (read.IsCompleted)
            {
                byte[] bytes = read.Buffer.ToArray();
                body.AdvanceTo(read.Buffer.End);
                return bytes;
            }
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static BodyTooLargeException Refuse(HttpRequest request, int limit)
    {
        request.HttpContext.Response.Headers.Connection = "close";
        return new BodyTooLargeException(limit);
    }
}
