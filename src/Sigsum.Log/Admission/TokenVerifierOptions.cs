using System.Net;

namespace Sigsum.Log.Admission;

/// <summary>The bounds on what DNS can cost the log.</summary>
internal sealed record TokenVerifierOptions
{
    /// <summary>The resolver to ask; null for those that the system is configured with.</summary>
    public IPEndPoint? DnsServer { get; init; }

    /// <summary>How long a look-up may take in all: waiting for its turn, both names, retries and TCP.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>An answer is used for its TTL, but never for longer than this.</summary>
    public TimeSpan MaxTtl { get; init; } = TimeSpan.FromHours(1);

    /// <summary>An answer is used for at least this, even with a TTL of 0, so that one domain causes one look-up at a
    /// time at most.</summary>
    public TimeSpan MinTtl { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>That a domain has no keys is believed for the time that DNS says (RFC 2308), but never for longer, and
    /// for just this where DNS does not say: a submitter who has just published a key should not have to wait.</summary>
    public TimeSpan MaxNegativeTtl { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>After a look-up that failed, none is tried for this long.</summary>
    public TimeSpan FailureTtl { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Domains remembered at most; those not asked for the longest go first.</summary>
    public int MaxEntries { get; init; } = 10_000;

    /// <summary>Look-ups under way at most.</summary>
    public int MaxConcurrentLookups { get; init; } = 32;

    /// <summary>Look-ups waiting for their turn at most; more are refused at once.</summary>
    public int MaxQueuedLookups { get; init; } = 256;

    /// <summary>Reads <c>ip</c>, <c>ip:port</c> or <c>[ipv6]:port</c>, brackets optional without a port; the port is 53 when none is given.</summary>
    /// <exception cref="FormatException">Anything else; the message says what to write.</exception>
    public static IPEndPoint ParseDnsServer(string text)
    {
        // IPAddress takes "[ip]:port" too, and drops the port.
        bool hasPort = text.StartsWith('[') && !text.EndsWith(']');
        if (!hasPort && IPAddress.TryParse(text, out var address) && IsPlain(address, text))
            return new IPEndPoint(address, 53);
        if (IPEndPoint.TryParse(text, out var endpoint) && endpoint.Port > 0 && IsPlain(endpoint.Address, text))
            return endpoint;
        throw new FormatException($"\"{text}\" is not a DNS server; write <ip>, <ip>:<port> or [<ipv6>]:<port>");
    }

    /// <summary>Excludes the old short forms of IPv4, such as 127.1 or 2130706433.</summary>
    private static bool IsPlain(IPAddress address, string text) =>
        address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
        || text.StartsWith(address.ToString(), StringComparison.Ordinal);
}
