using Microsoft.AspNetCore.Http;
using Sigsum.Log.Failover;

namespace Sigsum.Log.Http;

/// <summary>get-status on the internal endpoint: what the node says of itself, for people and scripts.</summary>
internal sealed class StatusEndpoint(Func<NodeStatus> status)
{
    /// <summary>The endpoint by its name.</summary>
    public Endpoint Endpoint => new("get-status", HttpMethods.Get, false, GetAsync);

    private Task GetAsync(HttpContext context, PathArguments arguments) =>
        Answer.OtherAsync(context, StatusCodes.Status200OK, "application/json", Answer.NotStored, status().ToJson());
}
