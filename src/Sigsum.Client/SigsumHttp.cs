using System.Net;
using System.Net.Security;
using System.Text;
using Sigsum.Client.Http;

namespace Sigsum.Client;

/// <summary>Makes <see cref="HttpClient"/>s with settings that suit talking to logs, nodes and witnesses.</summary>
public static class SigsumHttp
{
    /// <summary>The longest headers of an answer that are accepted, in KiB.</summary>
    public const int MaxResponseHeadersKiB = 16;

    /// <summary>How long setting up a connection, TLS included, may take.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How long a connection is used before it is replaced, so that changes in DNS are noticed.</summary>
    public static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    /// <summary>How long an unused connection is kept for the next request.</summary>
    public static readonly TimeSpan ConnectionIdleTimeout = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Makes a client for talking between the nodes of a log and to witnesses: connections are kept alive, redirects
    /// are not followed (they are reported as errors), no proxy, no cookies and no decompression.
    /// </summary>
    /// <remarks>
    /// Redirects are not followed because a submit token would go with them to a place that it is not meant for, and
    /// because a node that has moved is a matter for its operator.
    /// The client has no time limit of its own: each request is limited by <see cref="ClientOptions.RequestTimeout"/>,
    /// because requests that ask to be held need longer ones. One client serves any number of base URLs and threads.
    /// </remarks>
    /// <returns>A client that the caller disposes of.</returns>
    public static HttpClient CreateForNodes() => Create(Handler(useProxy: false));

    /// <summary>
    /// Makes a client for nodes that authenticate each other: as <see cref="CreateForNodes()"/>, but over TLS with the
    /// caller's options, and to https URLs only. A request to any other URL fails before anything is sent.
    /// </summary>
    /// <remarks>
    /// The options are asked for before each request. While they are the same object, connections are reused. When
    /// they are another one, because certificates or trust have changed, requests under way are finished, and all
    /// later ones use new connections that were made with it.
    /// </remarks>
    /// <param name="tls">
    /// Gives the options: the certificate to show, and whom to trust. The certificate of the other side must be for the
    /// host of the URL. It is called from several threads, but by one at a time, and must answer at once; options that
    /// it has given must not be changed.
    /// </param>
    /// <returns>A client that the caller disposes of.</returns>
    public static HttpClient CreateForNodes(Func<SslClientAuthenticationOptions> tls)
    {
        ArgumentNullException.ThrowIfNull(tls);
        return CreateForNodes(tls, static sender => sender);
    }

    /// <summary>As <see cref="CreateForNodes(Func{SslClientAuthenticationOptions})"/>, with a handler of the caller's that
    /// sees each request and each answer.</summary>
    /// <param name="tls">As there; null for no TLS options, as in <see cref="CreateForNodes()"/>.</param>
    /// <param name="wrap">Puts the caller's handler in front of the one that sends.</param>
    /// <returns>A client that the caller disposes of.</returns>
    public static HttpClient CreateForNodes(
        Func<SslClientAuthenticationOptions>? tls, Func<HttpMessageHandler, HttpMessageHandler> wrap)
    {
        ArgumentNullException.ThrowIfNull(wrap);
        return Create(wrap(tls is null
            ? Handler(useProxy: false)
            : new RenewableTlsHandler(tls, static options =>
            {
                SocketsHttpHandler handler = Handler(useProxy: false);
                handler.SslOptions = options;
                return handler;
            })));
    }

    /// <summary>
    /// Makes a client for talking to public logs: as <see cref="CreateForNodes()"/>, but through the proxy that the
    /// environment names, if any.
    /// </summary>
    /// <returns>A client that the caller disposes of.</returns>
    public static HttpClient CreateForLogs() => Create(Handler(useProxy: true));

    private static HttpClient Create(HttpMessageHandler handler) =>
        new(handler, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };

    private static SocketsHttpHandler Handler(bool useProxy) =>
        new()
        {
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = ConnectionLifetime,
            PooledConnectionIdleTimeout = ConnectionIdleTimeout,
            MaxResponseHeadersLength = MaxResponseHeadersKiB,
            AutomaticDecompression = DecompressionMethods.None,
            AllowAutoRedirect = false,
            UseProxy = useProxy,
            UseCookies = false,
            // A submit token may name its domain in other letters than ASCII.
            RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
            // Trace headers would tell the other side about the caller's internals.
            ActivityHeadersPropagator = null,
        };
}
