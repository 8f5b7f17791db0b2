using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Sigsum.Client;
using Sigsum.Testing;

namespace Sigsum.Log.Hazards.Tests.Network;

/// <summary>
/// A proxy that understands HTTP: shows a test every request that passes, and can send each GET twice, as a proxy that
/// retries does. Where the other side is away, so is it: the connection is broken off.
/// </summary>
internal sealed class HttpRelay : IAsyncDisposable
{
    private static readonly HashSet<string> OfTheConnection = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Transfer-Encoding", "Host", "Content-Length", "Date",
    };

    private readonly FreePort _port = FreePort.Reserve();
    private readonly HttpClient _http = SigsumHttp.CreateForNodes();
    private readonly WebApplication _app;

    private HttpRelay()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, _port.Number));
        _app = builder.Build();
        _app.Run(RelayAsync);
    }

    public Uri Url => _port.Url;

    /// <summary>Where requests go; null for nowhere.</summary>
    public Uri? Target { get; set; }

    /// <summary>Whether each GET is sent twice at once, and one of the answers lost.</summary>
    public bool Duplicates { get; set; }

    /// <summary>While it is closed, requests come in and are not answered.</summary>
    public Gate Answers { get; } = new();

    /// <summary>Sees the path and body of each request.</summary>
    public Action<string, ReadOnlyMemory<byte>>? Watch { get; set; }

    public static async Task<HttpRelay> StartAsync(CancellationToken cancellation)
    {
        HttpRelay relay = new();
        await relay._app.StartAsync(cancellation);
        return relay;
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource now = new();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        _http.Dispose();
        _port.Dispose();
    }

    private async Task RelayAsync(HttpContext context)
    {
        try
        {
            using MemoryStream body = new();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            Watch?.Invoke(context.Request.Path, body.ToArray());
            await Answers.PassAsync(context.RequestAborted);
            if (Target is not { } target)
            {
                context.Abort();
                return;
            }

            int times = Duplicates && HttpMethods.IsGet(context.Request.Method) ? 2 : 1;
            HttpResponseMessage[] answers = await Task.WhenAll(
                Enumerable.Range(0, times).Select(_ => SendAsync(context, target, body.ToArray())));
            foreach (HttpResponseMessage lost in answers.SkipLast(1))
                lost.Dispose();
            using HttpResponseMessage answer = answers[^1];
            await AnswerAsync(context, answer);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            context.Abort();
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpContext context, Uri target, byte[] body)
    {
        using HttpRequestMessage request = new(
            new HttpMethod(context.Request.Method), new Uri(target, context.Request.Path.Value!.TrimStart('/')));
        if (body.Length > 0)
            request.Content = new ByteArrayContent(body);
        foreach (var (name, values) in context.Request.Headers)
        {
            if (OfTheConnection.Contains(name))
                continue;
            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
                request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }

        return await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, context.RequestAborted);
    }

    private static async Task AnswerAsync(HttpContext context, HttpResponseMessage answer)
    {
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
        {
            if (!OfTheConnection.Contains(name))
                context.Response.Headers.Append(name, values.ToArray());
        }

        byte[] body = await answer.Content.ReadAsByteArrayAsync(context.RequestAborted);
        if (answer.StatusCode is not HttpStatusCode.NotModified)
        {
            context.Response.ContentLength = body.Length;
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
        }
    }
}
