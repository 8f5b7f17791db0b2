using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Sigsum.Log.Hosting;
using Sigsum.Log.Http.Tls;
using Sigsum.Log.Machine;

namespace Sigsum.Log.Http;

/// <summary>A listening address of this machine, with its own limits and its own handler.</summary>
internal sealed class KestrelListener : INodeListener
{
    private readonly WebApplication _app;

    private KestrelListener(WebApplication app)
    {
        _app = app;
        var address = app.Services.GetRequiredService<IServer>().Features
            .Get<IServerAddressesFeature>()!.Addresses.First();
        Url = new Uri(address.Replace("[::]", "localhost", StringComparison.Ordinal)
            .Replace("0.0.0.0", "localhost", StringComparison.Ordinal));
    }

    /// <inheritdoc/>
    public Uri Url { get; }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken limit) => _app.StopAsync(limit);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>Listens.</summary>
    /// <param name="endpoint">Where.</param>
    /// <param name="limits">What is accepted.</param>
    /// <param name="certificates">With them, only clients that show one are let in.</param>
    /// <param name="handler">Answers the requests.</param>
    /// <param name="services">The node's surroundings.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="StartupException">The address cannot be had.</exception>
    public static async Task<KestrelListener> StartAsync(
        HostPort endpoint, HttpLimits limits, NodeCertificates? certificates, RequestDelegate handler,
        NodeServices services, CancellationToken cancellationToken)
    {
        var builder = KestrelSetup.CreateBuilder(limits, services.Loggers);
        builder.Services.Configure<KestrelServerOptions>(kestrel => Listen(kestrel, endpoint, listen =>
        {
            if (certificates is not null)
                MutualTls.Require(listen, certificates, limits, services.Time);
        }));
        return new KestrelListener(
            await KestrelSetup.StartAsync(builder, handler, endpoint.ToString(), cancellationToken));
    }

    private static void Listen(KestrelServerOptions kestrel, HostPort endpoint, Action<ListenOptions> configure)
    {
        if (endpoint.Host.Length == 0)
            kestrel.ListenAnyIP(endpoint.Port, configure);
        else if (IPAddress.TryParse(endpoint.Host, out var address))
            kestrel.Listen(address, endpoint.Port, configure);
        else if (endpoint.Host == "localhost" && endpoint.Port != 0)
            kestrel.ListenLocalhost(endpoint.Port, configure);
        else
            kestrel.Listen(Resolve(endpoint), endpoint.Port, configure);
    }

    private static IPAddress Resolve(HostPort endpoint)
    {
        if (endpoint.Host == "localhost")
            return IPAddress.Loopback;
        try
        {
            return Dns.GetHostAddresses(endpoint.Host)[0];
        }
        catch (Exception error) when (error is System.Net.Sockets.SocketException or ArgumentException)
        {
            throw new StartupException($"cannot listen on {endpoint}: no address for that name");
        }
    }
}
