using System.Globalization;
using System.Net.Http.Headers;

namespace Sigsum.Client.Http;

/// <summary>The preference <c>wait</c> of RFC 7240, by which a request asks to be held until there is news.</summary>
internal static class PreferWait
{
    /// <summary>The longest wait that may be asked for.</summary>
    public static readonly TimeSpan Max = TimeSpan.FromMinutes(10);

    /// <summary>Asks for the wait, in whole seconds, rounded up; zero asks for nothing.</summary>
    public static void Ask(HttpRequestMessage request, TimeSpan wait)
    {
        if (wait > TimeSpan.Zero)
        {
            request.Headers.TryAddWithoutValidation("Prefer",
                string.Create(CultureInfo.InvariantCulture, $"wait={(long)Math.Ceiling(wait.TotalSeconds)}"));
        }
    }

    /// <summary>Whether the other side says that it knows this preference (section 3 of the RFC).</summary>
    public static bool IsApplied(HttpResponseHeaders headers)
    {
        if (!headers.NonValidated.TryGetValues("Preference-Applied", out HeaderStringValues values))
            return false;
        foreach (string value in values)
        {
            foreach (string preference in value.Split(','))
            {
                ReadOnlySpan<char> name = preference.AsSpan().Trim();
                int end = name.IndexOfAny('=', ';');
                if ((end < 0 ? name : name[..end]).TrimEnd().Equals("wait", StringComparison.OrdinalIgnoreCase))
                    return true;
            }
        }
        return false;
    }

    public static void Check(TimeSpan wait)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(wait, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(wait, Max);
    }
}
