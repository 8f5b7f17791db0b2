using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Sigsum.Log.Http;

/// <summary>
/// <c>Prefer: wait=N</c> (RFC 7240 section 4.3): the client would rather wait N seconds for an answer than be told
/// that there is nothing new. Nodes of one log use it instead of polling; a client that does not send it, or a
/// server that does not know it, gets plain polling.
/// </summary>
internal static class HoldRequest
{
    /// <summary>The longest that a request is held, whatever it asks for.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>How long this request may be held; zero when it did not ask for that.</summary>
    public static TimeSpan Read(HttpRequest request)
    {
        foreach (var value in request.Headers["Prefer"])
        {
            foreach (var part in (value ?? "").Split(',', ';'))
            {
                var preference = part.AsSpan().Trim();
                if (preference.StartsWith("wait=", StringComparison.OrdinalIgnoreCase)
                    && int.TryParse(preference[5..], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
                {
                    var wait = TimeSpan.FromSeconds(seconds);
                    return wait < Longest ? wait : Longest;
                }
            }
        }

        return TimeSpan.Zero;
    }

    /// <summary>Tells the client that its wish was followed.</summary>
    public static void Applied(HttpResponse response) => response.Headers["Preference-Applied"] = "wait";
}
