using Microsoft.Extensions.Logging;

namespace Sigsum.Log.Hosting;

/// <summary>
/// What primary and secondary have in common. Defaults and names are log-go's where log-go has the option.
/// </summary>
internal sealed record NodeOptions
{
    /// <summary>
    /// The log's private key, or a public key whose private key the ssh-agent holds (<c>--key-file</c>).
    /// </summary>
    public required string KeyFile { get; init; }

    /// <summary>Where clients are served (<c>--external-endpoint</c>).</summary>
    public HostPort ExternalEndpoint { get; init; } = new("localhost", 6965);

    /// <summary>Where other nodes and metrics are served (<c>--internal-endpoint</c>).</summary>
    public HostPort InternalEndpoint { get; init; } = new("localhost", 6967);

    /// <summary>
    /// How nodes authenticate each other at the internal endpoint; null for not at all (<c>--internal-tls-*</c>).
    /// </summary>
    public InternalTlsFiles? InternalTls { get; init; }

    /// <summary>
    /// Path before the endpoint names, without slashes at its ends; empty for none (<c>--url-prefix</c>).
    /// </summary>
    public string UrlPrefix { get; init; } = "";

    /// <summary>Upper bound on an outgoing request (<c>--timeout</c>).</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Upper bound between two tree heads on a primary, between two polls on a secondary that cannot wait
    /// (<c>--interval</c>).
    /// </summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Where log lines go; null for stderr, or the journal under systemd (<c>--log-file</c>).</summary>
    public string? LogFile { get; init; }

    /// <summary>The least severe line that is written (<c>--log-level</c>).</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Where the tree is kept (<c>--backend</c>).</summary>
    public Backend Backend { get; init; } = Backend.Embedded;

    /// <summary>The directory of the embedded store (<c>--data-dir</c>).</summary>
    public string DataDir { get; init; } = "/var/lib/sigsum-log";

    /// <summary>
    /// Stored leaves that are read and checked in a second at most, in the background; 0: none (<c>--scrub-rate</c>).
    /// </summary>
    public int ScrubRate { get; init; } = 10_000;

    /// <summary>Time between two checks of the whole store (<c>--scrub-interval</c>).</summary>
    public TimeSpan ScrubInterval { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Most leaves in one answer to <c>get-leaves</c> (<c>--max-range</c>, of the primary).</summary>
    public int MaxRange { get; init; } = 512;
}
