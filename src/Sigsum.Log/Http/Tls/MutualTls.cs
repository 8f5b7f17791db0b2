using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Sigsum.Log.Http.Tls;

/// <summary>
/// Makes a listening address speak TLS only, to clients only that show a certificate of ours. A handshake counts for
/// one connection, and for no longer than the certificates that it was made with and <see
/// cref="HttpLimits.TlsConnectionLifetime"/>: then the connection is closed after the request at hand, and the client
/// has to prove itself anew.
/// </summary>
internal static class MutualTls
{
    /// <summary>Requires it of all connections to an address.</summary>
    public static void Require(ListenOptions listen, NodeCertificates certificates, HttpLimits limits, TimeProvider time)
    {
        listen.Use(next => connection => ServeAsync(next, connection, certificates.Current, limits, time));
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = limits.TlsHandshakeTimeout,
            OnConnection = context =>
            {
                var connection = context.Connection;
                return new(connection.Features.GetRequiredFeature<CertificateSet>().ForListener(
                    (certificate, chain) => certificates.Refused.Add(connection.RemoteEndPoint, certificate, chain)));
            },
        });
    }

    private static async Task ServeAsync(
        ConnectionDelegate next, ConnectionContext connection, CertificateSet set, HttpLimits limits, TimeProvider time)
    {
        connection.Features.Set(set);
        var lifetime = connection.Features.GetRequiredFeature<IConnectionLifetimeNotificationFeature>();
        using var age = new CancellationTokenSource(limits.TlsConnectionLifetime, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(set.Replaced, age.Token);
        await using var closing = end.Token.UnsafeRegister(_ => lifetime.RequestClose(), null);
        await next(connection);
    }
}
