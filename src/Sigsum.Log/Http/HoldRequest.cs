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
                    && ReadSeconds(preference[5..]) is { } wait)
                {
                    return wait;
                }
            }
        }

        return TimeSpan.Zero;
    }

    /// <summary>Digits, however many: a number too large to hold is a long wait (RFC 9111 section 1.2.2).</summary>
    private static TimeSpan? ReadSeconds(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text.ContainsAnyExceptInRange('0', '9'))
            return null;
        return uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && seconds < Longest.TotalSeconds
                ? TimeSpan.FromSeconds(seconds)
                : Longest;
    }

    /// <summary>Tells the client that its wish was followed.</summary>
    public static void Applied(HttpResponse response) => response.Headers["Preference-Applied"] = "wait";
}
