using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using Sigsum.Ascii;
using Sigsum.Checkpoints;
using Sigsum.Client.Http;
using Sigsum.Messages;

namespace Sigsum.Client;

/// <summary>Asks a witness for cosignatures (C2SP tlog-witness).</summary>
public sealed class WitnessClient
{
    private readonly Exchange _exchange;

    /// <summary>Creates the client; nothing is sent yet.</summary>
    /// <param name="http">Sends the requests, see <see cref="SigsumHttp"/>; stays the caller's.</param>
    /// <param name="submissionPrefix">The witness's submission prefix, with or without a slash at its end.</param>
    /// <param name="options">Time limit, clock and user agent.</param>
    /// <exception cref="ArgumentException">Not an absolute http or https URL.</exception>
    public WitnessClient(HttpClient http, Uri submissionPrefix, ClientOptions? options = null)
    {
        _exchange = new Exchange(http, submissionPrefix, options);
    }

    /// <summary>Submits a checkpoint.</summary>
    /// <param name="request">The checkpoint, and the proof that it extends the old size.</param>
    /// <param name="cancellationToken">Ends the wait; the witness may have stored the checkpoint or not.</param>
    /// <returns>What the witness answered; cosignatures are not verified.</returns>
    /// <exception cref="LogClientException">
    /// The witness cannot be reached, or sends something else than the specification asks for.
    /// </exception>
    public Task<WitnessResponse> AddCheckpointAsync(
        AddCheckpointRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var body = new ArrayBufferWriter<byte>(1024);
        request.Write(body);
        HttpRequestMessage http = _exchange.Request(HttpMethod.Post, "add-checkpoint");
        http.Content = new ReadOnlyMemoryContent(body.WrittenMemory);
        http.Content.Headers.ContentType = new MediaTypeHeaderValue("text/plain") { CharSet = "utf-8" };
        return _exchange.SendAsync(http, AnswerLimits.Cosignatures, TimeSpan.Zero, Read, cancellationToken);
    }

    private static WitnessResponse Read(Answer answer) => answer.Status switch
    {
        HttpStatusCode.OK => new WitnessResponse.Cosigned(CosignatureLine.ParseLines(answer.Body)),
        HttpStatusCode.Conflict when answer.MediaType == Checkpoint.TreeSizeContentType =>
            new WitnessResponse.Conflict(ReadSize(answer.Body)),
        _ => new WitnessResponse.Refused(answer.Status, ErrorText.FirstLine(answer.Body)),
    };

    private static ulong ReadSize(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty || body[^1] != '\n')
            throw new SigsumFormatException("the size in a conflict answer does not end in a newline");
        return Decimal63.Parse(body[..^1]);
    }
}
