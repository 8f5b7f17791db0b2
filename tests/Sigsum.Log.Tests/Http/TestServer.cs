using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Sigsum.Log.Http;

namespace Sigsum.Log.Tests.Http;

/// <summary>
/// A server set up as the node's, on a loopback port. <c>/echo</c> answers the length of the body that it read with
/// the limit of 1000 bytes, or the status that the exception stands for; <c>/fail</c> throws.
/// </summary>
internal sealed class TestServer : IAsyncDisposable
{
    public const int BodyLimit = 1000;

    private readonly WebApplication _app;

    private TestServer(WebApplication app) => _app = app;

    public Uri Url => new(_app.Services.GetRequiredService<IServer>().Features
        .Get<IServerAddressesFeature>()!.Addresses.Single());

    public static async Task<TestServer> StartAsync(HttpLimits limits)
    {
        WebApplicationBuilder builder = KestrelSetup.CreateBuilder(limits, NullLoggerFactory.Instance);
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        app.MapPost("/echo", Echo);
        app.MapGet("/", context => context.Response.WriteAsync("hello"));
        app.MapGet("/fail", _ => throw new InvalidOperationException("a secret"));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new TestServer(app);
    }

    public async Task<RawConnection> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, Url.Port, TestContext.Current.CancellationToken);
        return new RawConnection(socket);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private static async Task Echo(HttpContext context)
    {
        try
        {
            ReadOnlyMemory<byte> body = await RequestBody.ReadAsync(context.Request, BodyLimit, context.RequestAborted);
            await context.Response.WriteAsync($"{body.Length}:{Encoding.ASCII.GetString(body.Span[..Math.Min(3, body.Length)])}");
        }
        catch (BodyTooLargeException)
        {
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
        }
        catch (BadHttpRequestException e)
        {
            context.Response.StatusCode = e.StatusCode;
        }
    }
}

/// <summary>A client that sends bytes as they are.</summary>
internal sealed class RawConnection(Socket socket) : IDisposable
{
    public async Task SendAsync(string text)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        await socket.SendAsync(bytes, TestContext.Current.CancellationToken);
    }

    /// <summary>What the server sends until it closes the connection.</summary>
    public Task<string> ReadToCloseAsync() => ReadAsync(_ => false);

    /// <summary>What the server sends up to <paramref name="end"/>, or until it closes the connection.</summary>
    public Task<string> ReadUntilAsync(string end) => ReadAsync(text => text.EndsWith(end, StringComparison.Ordinal));

    private async Task<string> ReadAsync(Func<string, bool> isComplete)
    {
        string text = "";
        byte[] buffer = new byte[4096];
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(20)); // less than Kestrel's own time-outs, of which the least is 30 s
        try
        {
            while (!isComplete(text) && await socket.ReceiveAsync(buffer, patience.Token) is > 0 and int count)
                text += Encoding.Latin1.GetString(buffer, 0, count);
        }
        catch (SocketException)
        {
            // reset instead of closed: the server did not want to read the rest
        }
        return text;
    }

    public void Dispose() => socket.Dispose();
}
