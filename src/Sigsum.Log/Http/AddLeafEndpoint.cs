using Microsoft.AspNetCore.Http;
using Sigsum.Log.Admission;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Pipeline;
using Sigsum.Log.Publication;
using Sigsum.Log.Sequencing;
using Sigsum.Messages;
using Sigsum.Tokens;

namespace Sigsum.Log.Http;

/// <summary>
/// POST add-leaf (log.md section 3.5). 200 says that the leaf is under a signed tree head that every required
/// secondary holds; 202 that it is on its way and the submitter should ask again.
/// </summary>
internal sealed class AddLeafEndpoint(
    LeafGate gate, Watermark signedSize, Publisher publisher, LeafTimer timer, TimeSpan commitWait, EndpointMetrics metrics,
    TimeProvider time)
{
    private const string TokenHeader = "Sigsum-Token";

    /// <summary>The endpoint by its name.</summary>
    public Endpoint Endpoint => new("add-leaf", HttpMethods.Post, false, AddLeafAsync, metrics);

    private async Task AddLeafAsync(HttpContext context, PathArguments arguments)
    {
        var started = time.GetTimestamp();
        var body = await RequestBody.ReadAsync(
            context.Request, HttpLimits.External.MaxRequestBodyBytes, context.RequestAborted);
        var request = AddLeafRequest.Parse(body.Span);
        var token = ReadToken(context.Request);
        var leaf = request.ToLeaf();
        var leafHash = leaf.LeafHash();

        switch (await gate.SubmitAsync(request, leaf, leafHash, token, context.RequestAborted))
        {
            case GateAnswer.Taken taken:
                if (!taken.Index.IsCompleted)
                    timer.OnSubmitted(leafHash);
                var committed = await WaitForCommitAsync(taken.Index, started, context.RequestAborted);
                if (committed)
                    timer.OnCommitted(leafHash);
                await AcknowledgeAsync(context, committed);
                return;

            case GateAnswer.BadToken bad:
                throw new RequestRefusedException(StatusCodes.Status400BadRequest, bad.Reason);

            case GateAnswer.RateLimited limited:
                throw new RequestRefusedException(StatusCodes.Status429TooManyRequests, limited.Reason);

            case GateAnswer.BadSignature:
                throw new RequestRefusedException(StatusCodes.Status403Forbidden, "invalid signature");

            case GateAnswer.Unavailable unavailable:
                throw new RequestRefusedException(StatusCodes.Status503ServiceUnavailable, unavailable.Reason);

            default:
                throw new InvariantViolationException("unknown answer of the gate");
        }
    }

    private async Task<bool> WaitForCommitAsync(Task<ulong> durable, long started, CancellationToken cancellationToken)
    {
        try
        {
            var index = await durable.WaitAsync(Remaining(started), time, cancellationToken);
            return await signedSize.WaitAboveAsync(index, Remaining(started), time, cancellationToken)
                && (publisher.Size.Value != 1 || await IsPublishedAsync(index, started, cancellationToken));
        }
        catch (TimeoutException)
        {
            return false;
        }
        catch (SequencerUnavailableException error)
        {
            throw new RequestRefusedException(StatusCodes.Status503ServiceUnavailable, error.Message);
        }
    }

    /// <summary>
    /// sigsum-submit takes the published tree head right after its 200. While that has a single leaf it asks for no
    /// proof, finds that the leaf is another one, and gives up. So the second leaf of a log hears 200 once it is
    /// published; docs/decisions/0007 has the details.
    /// </summary>
    private Task<bool> IsPublishedAsync(ulong index, long started, CancellationToken cancellationToken) =>
        publisher.Size.WaitAboveAsync(index, Remaining(started), time, cancellationToken);

    private TimeSpan Remaining(long started)
    {
        var remaining = commitWait - time.GetElapsedTime(started);
        return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
    }

    private static Task AcknowledgeAsync(HttpContext context, bool committed)
    {
        if (!committed)
            return Answer.ErrorAsync(context, StatusCodes.Status202Accepted, "accepted, not committed yet: post it again");
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.Headers.CacheControl = Answer.NotStored;
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    private static SubmitTokenHeader? ReadToken(HttpRequest request)
    {
        var values = request.Headers[TokenHeader];
        if (values.Count > 1)
            throw new RequestRefusedException(StatusCodes.Status400BadRequest, "more than one Sigsum-Token header");
        return values.Count == 0 || values[0] is not { Length: > 0 } value ? null : SubmitTokenHeader.Parse(value);
    }
}
