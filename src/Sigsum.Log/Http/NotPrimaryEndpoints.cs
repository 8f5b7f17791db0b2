using Microsoft.AspNetCore.Http;

namespace Sigsum.Log.Http;

/// <summary>
/// What clients hear at the external endpoint of a node that changes roles while it is a secondary: 503, since the log's
/// address may lead here for a while after the roles were exchanged. A secondary that was started as one has nothing there,
/// as in log-go.
/// </summary>
internal static class NotPrimaryEndpoints
{
    /// <summary>The endpoints of the log by their names.</summary>
    public static IEnumerable<Endpoint> All =>
    [
        new("get-tree-head", HttpMethods.Get, false, RefuseAsync),
        new("get-inclusion-proof", HttpMethods.Get, true, RefuseAsync),
        new("get-consistency-proof", HttpMethods.Get, true, RefuseAsync),
        GetLeaves,
        new("add-leaf", HttpMethods.Post, false, RefuseAsync),
    ];

    /// <summary>The one that nodes know too.</summary>
    public static Endpoint GetLeaves => new("get-leaves", HttpMethods.Get, true, RefuseAsync);

    private static Task RefuseAsync(HttpContext context, PathArguments arguments) => throw new RequestRefusedException(
        StatusCodes.Status503ServiceUnavailable, "this node is not the log's primary now; ask again, at the log's address");
}
