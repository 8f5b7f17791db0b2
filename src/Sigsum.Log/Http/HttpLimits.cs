namespace Sigsum.Log.Http;

/// <summary>
/// What one endpoint of the node accepts; every bound has a name. <see cref="External"/> is for the public,
/// <see cref="Internal"/> for other nodes and monitoring, which are few and hold requests open for long.
/// </summary>
internal sealed record HttpLimits
{
    /// <summary>The body of a request, in bytes. The largest that has a use, add-leaf, has about 300.</summary>
    public int MaxRequestBodyBytes { get; init; } = 64 * 1024;

    /// <summary>
    /// What is read ahead from one connection, before it is its turn. Kestrel's own limit of 1 MiB would be 10 GiB for all
    /// connections together, of clients that ask and never read the answers.
    /// </summary>
    public int MaxRequestBufferBytes { get; init; } = 32 * 1024;

    /// <summary>Method, path and version, in bytes. The longest that has a use, with a long prefix, has about 200.</summary>
    public int MaxRequestLineBytes { get; init; } = 4 * 1024;

    /// <summary>All headers of a request, in bytes.</summary>
    public int MaxRequestHeadersBytes { get; init; } = 16 * 1024;

    /// <summary>How many headers a request may have.</summary>
    public int MaxRequestHeaderCount { get; init; } = 64;

    /// <summary>How long a client may take to send the headers of a request.</summary>
    public TimeSpan RequestHeadersTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may stay open without a request, before its first one too.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Bytes per second that a client must send of a body and take of an answer, once the grace is over.</summary>
    public double MinDataRate { get; init; } = 240;

    /// <summary>How long a client may be slower than <see cref="MinDataRate"/>.</summary>
    public TimeSpan MinDataRateGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Connections at one time; further ones are closed at once. Null is no limit.</summary>
    public long? MaxConcurrentConnections { get; init; } = 10_000;

    /// <summary>How long a client may take to begin TLS, where there is TLS.</summary>
    public TimeSpan TlsHandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a client that has proved itself is believed before it has to connect, and do so, again.</summary>
    public TimeSpan TlsConnectionLifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Answers HTTP/2 without TLS (prior knowledge) instead of HTTP/1.1, for a proxy that is set up so.</summary>
    public bool Http2Cleartext { get; init; }

    /// <summary>For clients of the log.</summary>
    public static HttpLimits External { get; } = new();

    /// <summary>For other nodes and monitoring.</summary>
    public static HttpLimits Internal { get; } = new()
    {
        // nodes keep a connection open between two waiting requests
        KeepAliveTimeout = TimeSpan.FromMinutes(2),
        MaxConcurrentConnections = 1_000,
    };
}
