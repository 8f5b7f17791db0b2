using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sigsum.Log.Hosting;

namespace Sigsum.Log.Http;

/// <summary>
/// Makes a web server with <see cref="HttpLimits"/>. Kestrel's limits hold for a whole server, so the external and
/// the internal endpoint are two servers; that also keeps the routes of one out of the other for certain.
/// </summary>
internal static class KestrelSetup
{
    /// <summary>
    /// A builder with Kestrel, routing and the node's log, and nothing else: no configuration files, environment
    /// variables, developer pages or signal handling, which all belong to the node. The caller adds a Listen.
    /// </summary>
    public static WebApplicationBuilder CreateBuilder(HttpLimits limits, ILoggerFactory loggers)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = "sigsum-log",
            EnvironmentName = Environments.Production,
        });
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        // How long a stop may take is the node's to say; the host's own limit would cut off requests before that.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Timeout.InfiniteTimeSpan);
        builder.Services.AddRoutingCore();
        // What is read ahead is limited by the sockets; Kestrel's own limit is for what it decrypts.
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.MaxReadBufferSize = limits.MaxRequestBufferBytes);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => Apply(options, limits));
        return builder;
    }

    /// <summary>Starts what a builder of <see cref="CreateBuilder"/> makes.</summary>
    /// <param name="builder">With its listeners.</param>
    /// <param name="handler">Answers the requests.</param>
    /// <param name="address">Where it listens, for people.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="StartupException">The address cannot be had.</exception>
    public static async Task<WebApplication> StartAsync(
        WebApplicationBuilder builder, RequestDelegate handler, string address, CancellationToken cancellationToken)
    {
        var app = builder.Build();
        app.Run(handler);
        try
        {
            await app.StartAsync(cancellationToken);
            return app;
        }
        catch (Exception error) when (error is IOException or System.Net.Sockets.SocketException)
        {
            await app.DisposeAsync();
            throw new StartupException($"cannot listen on {address}: {error.Message}");
        }
    }

    /// <summary>Sets the limits. Listeners have to be added after this, since they take their protocol from it.</summary>
    public static void Apply(KestrelServerOptions options, HttpLimits limits)
    {
        options.AddServerHeader = false;
        options.AllowSynchronousIO = false;
        options.Limits.MaxRequestBodySize = limits.MaxRequestBodyBytes;
        options.Limits.MaxRequestBufferSize = limits.MaxRequestBufferBytes;
        options.Limits.MaxRequestLineSize = limits.MaxRequestLineBytes;
        options.Limits.MaxRequestHeadersTotalSize = limits.MaxRequestHeadersBytes;
        options.Limits.MaxRequestHeaderCount = limits.MaxRequestHeaderCount;
        options.Limits.RequestHeadersTimeout = limits.RequestHeadersTimeout;
        options.Limits.KeepAliveTimeout = limits.KeepAliveTimeout;
        options.Limits.MinRequestBodyDataRate = new MinDataRate(limits.MinDataRate, limits.MinDataRateGrace);
        options.Limits.MinResponseDataRate = new MinDataRate(limits.MinDataRate, limits.MinDataRateGrace);
        options.Limits.MaxConcurrentConnections = limits.MaxConcurrentConnections;
        options.Limits.MaxConcurrentUpgradedConnections = 0;
        options.ConfigureEndpointDefaults(listen =>
            listen.Protocols = limits.Http2Cleartext ? HttpProtocols.Http2 : HttpProtocols.Http1);
    }

    /// <summary>Leaves SIGTERM and Ctrl-C to the node; the servers are started and stopped by it.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
