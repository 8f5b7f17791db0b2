using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Diagnostics.Logging;
using Sigsum.Log.Hosting;
using Sigsum.Log.Http;
using Sigsum.Log.Machine;
using Sigsum.Log.Tests.Diagnostics;
using Sigsum.Log.Tests.Hosting;
using Sigsum.Testing;
using Endpoint = Sigsum.Log.Http.Endpoint;

namespace Sigsum.Log.Tests.Http.Tls;

/// <summary>
/// One end between nodes, with real files, a real listener and a real client. <c>/hello</c> answers and counts;
/// <c>/held</c> answers when <see cref="Release"/> is called.
/// </summary>
internal sealed class TlsNode : IAsyncDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly CapturedOutput _output = new();
    private readonly LoggingSetup _logging;
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private INodeListener? _listener;
    private int _answered;

    private TlsNode(TestCertificate own, string trusted, string chain, TimeProvider time)
    {
        _logging = LoggingSetup.Create(LogLevel.Information, _output, new LineFormatter(time, journal: false));
        Services = NodeServices.Create(time, _logging.Factory);
        Services.Metrics.State.ObserveHealth(Services.Health);
        Write(own, trusted, chain);
        Network = InternalNetwork.Open(
            new NodeOptions { KeyFile = "", InternalEndpoint = new HostPort("127.0.0.1", 0), InternalTls = Files },
            NoSuccession.Of(Services), Services);
    }

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public NodeServices Services { get; }

    public InternalNetwork Network { get; }

    public InternalTlsFiles Files =>
        new(_folder.PathOf("node.pem"), _folder.PathOf("node.key"), _folder.PathOf("ca.pem"));

    /// <summary>By address; <see cref="UrlByName"/> is by name.</summary>
    public Uri Url => _listener!.Url;

    public Uri UrlByName => new($"https://localhost:{Url.Port}/");

    /// <summary>How often <c>/hello</c> was answered.</summary>
    public int Answered => Volatile.Read(ref _answered);

    public Task Held => _held.Task;

    public static async Task<TlsNode> StartAsync(
        TestCertificate own, string trusted, string chain = "", TimeProvider? time = null)
    {
        var node = new TlsNode(own, trusted, chain, time ?? TimeProvider.System);
        var table = new EndpointTable(
            "", [new Endpoint("hello", HttpMethods.Get, false, node.Hello), new Endpoint("held", HttpMethods.Get, false, node.Hold)],
            null, node.Services.Time, node.Services.Logger<EndpointTable>());
        node._listener = await node.Network.ListenAsync(table, Cancel);
        return node;
    }

    public void Write(TestCertificate own, string trusted, string chain = "")
    {
        _folder.Write("node.pem", own.Pem + chain);
        _folder.Write("node.key", own.KeyPem);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_folder.PathOf("node.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _folder.Write("ca.pem", trusted);
    }

    public void Release() => _release.TrySetResult();

    /// <summary>What was logged until now.</summary>
    public string Log()
    {
        Assert.True(_logging.Flush(TimeSpan.FromSeconds(20)));
        return _output.Text;
    }

    public PrometheusPage Metrics() => PrometheusPage.Parse(Services.Metrics.Render());

    /// <summary>Asks another node, as this one.</summary>
    public Task<string> AskAsync(Uri url, string path = "hello") => Network.Http.GetStringAsync(new Uri(url, path), Cancel);

    /// <summary>A connection of a client that judges nothing, and shows what it is told to.</summary>
    public async Task<SslStream> ConnectAsync(TestCertificate? shows, SslProtocols protocol = SslProtocols.None)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", Url.Port, Cancel);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                EnabledSslProtocols = protocol,
                ClientCertificateContext = shows is null
                    ? null
                    : SslStreamCertificateContext.Create(shows.Certificate, null, offline: true),
                RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null,
            },
            Cancel);
        return stream;
    }

    /// <summary>Sends a request and returns all that comes, until the other side closes; empty if it is refused.</summary>
    public async Task<string> GetAsync(TestCertificate? shows, string path, SslProtocols protocol = SslProtocols.None)
    {
        try
        {
            await using var stream = await ConnectAsync(shows, protocol);
            await stream.WriteAsync(
                Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"), Cancel);
            using var reader = new StreamReader(stream);
            return await reader.ReadToEndAsync(Cancel);
        }
        catch (Exception error) when (error is IOException or AuthenticationException)
        {
            return ""; // In TLS 1.3 a client has finished its part before it is refused.
        }
    }

    /// <summary>The serial number of the certificate that is shown to a new connection.</summary>
    public async Task<string> ShownAsync(TestCertificate shows)
    {
        await using var stream = await ConnectAsync(shows);
        return ((X509Certificate2)stream.RemoteCertificate!).SerialNumber;
    }

    public async ValueTask DisposeAsync()
    {
        Release();
        if (_listener is not null)
            await _listener.DisposeAsync();
        Network.Dispose();
        _logging.Dispose();
        _folder.Dispose();
    }

    private async Task Hello(HttpContext context, PathArguments _)
    {
        Interlocked.Increment(ref _answered);
        context.Response.ContentLength = 5;
        await context.Response.WriteAsync("hello");
    }

    private async Task Hold(HttpContext context, PathArguments _)
    {
        _held.TrySetResult();
        await _release.Task;
        await context.Response.WriteAsync("released");
    }
}
