using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Sigsum.Log.Hosting;

/// <summary>
/// An address to listen on: <c>localhost:6965</c>, <c>192.0.2.1:80</c>, <c>[::1]:6965</c>, or <c>:6965</c> for all
/// interfaces. Port 0 takes any free port.
/// </summary>
/// <param name="Host">A name or an IP address without brackets; empty for all interfaces.</param>
/// <param name="Port">0 to 65535.</param>
internal readonly record struct HostPort(string Host, int Port)
{
    /// <summary>Reads the form above; an IPv6 address needs its brackets.</summary>
    public static bool TryParse(string? text, out HostPort value, [NotNullWhen(false)] out string? error)
    {
        value = default;
        var colon = text?.LastIndexOf(':') ?? -1;
        if (text is null || colon < 0)
        {
            error = "has no port";
            return false;
        }

        var host = text[..colon];
        if (host is ['[', .. var address, ']'] && address.Contains(':', StringComparison.Ordinal))
            host = address;
        else if (host.Contains(':', StringComparison.Ordinal))
        {
            error = "is an IPv6 address without brackets";
            return false;
        }

        if (host.Length > 0 && Uri.CheckHostName(host) == UriHostNameType.Unknown)
        {
            error = "has no usable host name";
            return false;
        }

        if (!ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            error = "has a port that is not a number from 0 to 65535";
            return false;
        }

        value = new HostPort(host, port);
        error = null;
        return true;
    }

    /// <summary>Reads a value that is known to be right, such as a default.</summary>
    /// <exception cref="FormatException">It is not.</exception>
    public static HostPort Parse(string text) =>
        TryParse(text, out var value, out var error) ? value : throw new FormatException($"{text} {error}");

    /// <inheritdoc/>
    public override string ToString() =>
        Host.Contains(':', StringComparison.Ordinal)
            ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}")
            : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}
