using Microsoft.AspNetCore.Http;
using Sigsum.Log.Failover;
using Sigsum.Messages;

namespace Sigsum.Log.Http;

/// <summary>
/// add-published-head on a secondary's internal endpoint: what the primary is about to publish. 200 says that it is on
/// stable storage here, and so survives the primary; 409 that the leaves under it are not here yet.
/// </summary>
internal sealed class PublishedHeadEndpoint(KnownHead known)
{
    private const int MaxBody = 64 * 1024;

    /// <summary>The endpoint by its name.</summary>
    public Endpoint Endpoint => new("add-published-head", HttpMethods.Post, false, AddAsync);

    private async Task AddAsync(HttpContext context, PathArguments arguments)
    {
        var body = await RequestBody.ReadAsync(context.Request, MaxBody, context.RequestAborted);
        var verdict = known.Learn(CosignedTreeHead.Parse(body.Span));
        var (status, message) = verdict switch
        {
            KnownHeadVerdict.Stored => (StatusCodes.Status200OK, ""),
            KnownHeadVerdict.Behind => (StatusCodes.Status409Conflict, "this node does not hold that tree yet"),
            KnownHeadVerdict.NotThisLog => (StatusCodes.Status403Forbidden, "not signed by the key of this node's log"),
            _ => (StatusCodes.Status409Conflict, "this node holds another tree"),
        };
        if (status != StatusCodes.Status200OK)
            throw new RequestRefusedException(status, message);
        await Answer.OkAsync(context, Answer.NotStored, default);
    }
}
