using Microsoft.AspNetCore.Http;
using Sigsum.Client;
using Sigsum.Messages;

namespace Sigsum.Log.Failover;

/// <summary>
/// What nodes say of themselves in each request and answer, and the promotion record for a side that lacks it
/// (docs/decisions/0017). All of it is optional on the wire: log-go neither sends nor minds it.
/// </summary>
internal static class NodeHeaders
{
    /// <summary>The sender's greeting in a request; null where it sent none, or nonsense.</summary>
    public static NodeGreeting? Read(HttpRequest request)
    {
        var values = request.Headers[NodeClient.NodeHeader];
        if (values.Count != 1)
            return null;
        try
        {
            return NodeGreeting.Parse(values[0] ?? "");
        }
        catch (SigsumFormatException)
        {
            return null;
        }
    }

    /// <summary>Whether the sender of a request goes by a promotion record.</summary>
    public static bool Knows(HttpRequest request, PromotionRecord record) => Read(request)?.RecordId == record.Id();

    /// <summary>Puts our greeting into an answer, and the promotion record if the other side lacks it.</summary>
    public static void Answer(HttpContext context, Succession succession)
    {
        var latest = succession.Latest;
        context.Response.Headers[NodeClient.NodeHeader] = succession.Greeting.ToString();
        if (latest is not null && Read(context.Request) is { } theirs && SuccessionRules.Lacks(theirs, latest))
            context.Response.Headers[NodeClient.PromotionHeader] = Convert.ToBase64String(latest.ToBytes());
    }
}
