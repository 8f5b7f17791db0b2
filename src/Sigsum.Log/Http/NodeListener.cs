using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Log.Http.Tls;

namespace Sigsum.Log.Http;

/// <summary>One listening address of a node, with its own limits and its own routes.</summary>
internal sealed class NodeListener : IAsyncDisposable
{
    private readonly WebApplication _app;

    private NodeListener(WebApplication app)
    {
        _app = app;
        var address = app.Services.GetRequiredService<IServer>().Features
            .Get<IServerAddressesFeature>()!.Addresses.First();
        Url = new Uri(address.Replace("[::]", "localhost", StringComparison.Ordinal)
            .Replace("0.0.0.0", "localhost", StringComparison.Ordinal));
    }

    /// <summary>Where the listener can be reached, with the port that was taken where the options said 0.</summary>
    public Uri Url { get; }

    /// <summary>Listens for clients: the log protocol and nothing else.</summary>
    public static Task<NodeListener> StartExternalAsync(
        HostPort endpoint, EndpointTable table, NodeServices services, CancellationToken cancellationToken) =>
        StartAsync(endpoint, HttpLimits.External, null, table.HandleAsync, services, cancellationToken);

    /// <summary>
    /// Listens for nodes and monitoring: replication, metrics, health. With certificates, to those alone that show one;
    /// nodes get here by <see cref="InternalNetwork.ListenAsync"/>, which knows whether there are any.
    /// </summary>
    public static Task<NodeListener> StartInternalAsync(
        HostPort endpoint, EndpointTable table, NodeCertificates? certificates, Succession succession,
        NodeServices services, CancellationToken cancellationToken)
    {
        var diagnostics = new DiagnosticEndpoints(services.Metrics, services.Health);
        return StartAsync(
            endpoint, HttpLimits.Internal, certificates,
            context =>
            {
                NodeHeaders.Answer(context, succession);
                return diagnostics.TryHandleAsync(context) ?? table.HandleAsync(context);
            },
            services, cancellationToken);
    }

    /// <summary>Takes no new requests, lets those under way finish, and aborts them at <paramref name="limit"/>.</summary>
    public Task StopAsync(CancellationToken limit) => _app.StopAsync(limit);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task<NodeListener> StartAsync(
        HostPort endpoint, HttpLimits limits, NodeCertificates? certificates, RequestDelegate handler,
        NodeServices services, CancellationToken cancellationToken)
    {
        var builder = KestrelSetup.CreateBuilder(limits, services.Loggers);
        builder.Services.Configure<KestrelServerOptions>(kestrel => Listen(kestrel, endpoint, listen =>
        {
            if (certificates is not null)
                MutualTls.Require(listen, certificates, limits, services.Time);
        }));
        var app = builder.Build();
        app.Run(handler);
        try
        {
            await app.StartAsync(cancellationToken);
            return new NodeListener(app);
        }
        catch (Exception error) when (error is IOException or System.Net.Sockets.SocketException)
        {
            await app.DisposeAsync();
            throw new StartupException($"cannot listen on {endpoint}: {error.Message}");
        }
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
