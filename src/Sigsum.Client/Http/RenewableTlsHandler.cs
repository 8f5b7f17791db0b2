using System.Net.Security;

namespace Sigsum.Client.Http;

/// <summary>
/// Sends over TLS, with the options that count at that moment. Connections belong to the options that they were made
/// with: when there are others, connections of before are not used again.
/// </summary>
/// <param name="current">Says which options count; the same object for as long as they do.</param>
/// <param name="connect">Makes a handler, whose connections are all made with the options that it is given.</param>
internal sealed class RenewableTlsHandler(
    Func<SslClientAuthenticationOptions> current,
    Func<SslClientAuthenticationOptions, HttpMessageHandler> connect) : HttpMessageHandler
{
    private readonly Lock _gate = new();
    private SslClientAuthenticationOptions? _options;
    private HttpMessageInvoker? _connections;
    private bool _disposed;

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri?.Scheme != Uri.UriSchemeHttps)
            throw new HttpRequestException("this client sends to https URLs only: it is set up for TLS between nodes");

        // Only the beginning of the request is under the lock. A handler that is disposed of takes no request any
        // more, but finishes those that it has; so none may be replaced between being looked up and being given one.
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return Connections().SendAsync(request, cancellationToken);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            lock (_gate)
            {
                _disposed = true;
                _connections?.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    private HttpMessageInvoker Connections()
    {
        SslClientAuthenticationOptions options = current();
        if (_connections is { } connections && ReferenceEquals(options, _options))
            return connections;
        _connections?.Dispose();
        _options = options;
        return _connections = new HttpMessageInvoker(connect(options), disposeHandler: true);
    }
}
