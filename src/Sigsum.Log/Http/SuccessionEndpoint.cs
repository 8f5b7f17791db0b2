using Microsoft.AspNetCore.Http;
using Sigsum.Log.Failover;
using Sigsum.Messages;

namespace Sigsum.Log.Http;

/// <summary>
/// add-promotion on the internal endpoint of every node: takes a promotion record, which proves itself by the log's
/// signature. 200 says that it is on stable storage here; 409 that this node knows a later one, or another of the same
/// epoch, which the answer's header brings; 403 that it is not this log's.
/// </summary>
internal sealed class SuccessionEndpoint(Succession succession)
{
    /// <summary>A record has less than a kilobyte.</summary>
    private const int MaxBody = 2 * 1024;

    /// <summary>The endpoint by its name.</summary>
    public Endpoint Endpoint => new("add-promotion", HttpMethods.Post, false, AddAsync);

    private async Task AddAsync(HttpContext context, PathArguments arguments)
    {
        var body = await RequestBody.ReadAsync(context.Request, MaxBody, context.RequestAborted);
        var record = PromotionRecord.Parse(body.Span);
        var verdict = succession.Learn(record);
        NodeHeaders.Answer(context, succession); // Again: what this node knows may have changed.
        switch (verdict)
        {
            case SuccessionVerdict.Later or SuccessionVerdict.Same:
                await Answer.OkAsync(context, Answer.NotStored, default);
                return;
            case SuccessionVerdict.Earlier:
                throw Refused(StatusCodes.Status409Conflict, $"epoch {succession.Latest!.Epoch} has begun already");
            case SuccessionVerdict.Conflict:
                throw Refused(StatusCodes.Status409Conflict, $"another node was promoted in epoch {record.Epoch}");
            default:
                throw Refused(StatusCodes.Status403Forbidden, "not signed by the key of this node's log");
        }
    }

    private static RequestRefusedException Refused(int status, string message) => new(status, message);
}
