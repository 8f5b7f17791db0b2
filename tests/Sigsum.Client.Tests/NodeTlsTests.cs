using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Sigsum.Testing;

namespace Sigsum.Client.Tests;

/// <summary>The client for nodes that authenticate each other: whose options count, for which connection.</summary>
public sealed class NodeTlsTests : IDisposable
{
    private readonly TestCertificate _certificate = TestCertificate.SelfSigned();
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private readonly HttpClient _http;
    private volatile SslClientAuthenticationOptions _options;

    public NodeTlsTests()
    {
        _server.Start();
        _options = Options();
        _http = SigsumHttp.CreateForNodes(() => _options);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Uri Url => new($"https://localhost:{((IPEndPoint)_server.LocalEndpoint).Port}/");

    public void Dispose()
    {
        _http.Dispose();
        _server.Dispose();
        _certificate.Dispose();
    }

    [Fact]
    public void Options_are_necessary() =>
        Assert.Throws<ArgumentNullException>(() => SigsumHttp.CreateForNodes(null!));

    [Fact]
    public async Task Options_that_stay_the_same_are_one_connection_and_new_ones_another()
    {
        await using var first = await StartAsync("first", () => _http.GetStringAsync(Url, Cancel));
        Assert.Equal("first", await _http.GetStringAsync(Url, Cancel));
        _options = Options();
        await using var second = await StartAsync("second", () => _http.GetStringAsync(Url, Cancel));
        Assert.Equal("second", await _http.GetStringAsync(Url, Cancel));
        Assert.Null(await first.Requests.ReadLineAsync(Cancel)); // The client has closed it.
    }

    [Fact]
    public async Task A_request_under_way_is_finished_when_the_options_change()
    {
        var answer = _http.GetStringAsync(Url, Cancel);
        await using var first = await Connection.AcceptAsync(_server, _certificate);
        await first.ReadAsync();
        _options = Options();
        await using var second = await StartAsync("second", () => _http.GetStringAsync(Url, Cancel));
        Assert.False(answer.IsCompleted);
        await first.AnswerAsync("first");
        Assert.Equal("first", await answer);
    }

    [Fact]
    public async Task The_options_decide_whether_to_go_on()
    {
        _options = new() { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is null };
        var accepting = Connection.AcceptAsync(_server, _certificate);
        await Assert.ThrowsAsync<HttpRequestException>(() => _http.GetStringAsync(Url, Cancel));
        try
        {
            await using var connection = await accepting;
            Assert.Null(await connection.Requests.ReadLineAsync(Cancel));
        }
        catch (Exception error) when (error is IOException or System.Security.Authentication.AuthenticationException)
        {
            // The client left in the middle of the handshake.
        }
    }

    [Fact]
    public async Task Nothing_goes_out_in_the_clear_or_after_the_end()
    {
        var clear = new UriBuilder(Url) { Scheme = "http" }.Uri;
        await Assert.ThrowsAsync<HttpRequestException>(() => _http.GetStringAsync(clear, Cancel));
        _http.Dispose();
        await Assert.ThrowsAnyAsync<ObjectDisposedException>(() => _http.GetStringAsync(Url, Cancel));
        Assert.False(_server.Pending());
    }

    private static SslClientAuthenticationOptions Options() => new()
    {
        RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
    };

    /// <summary>Serves one request on a new connection, which then goes on answering with its name.</summary>
    private async Task<Connection> StartAsync(string name, Func<Task<string>> ask)
    {
        var answer = ask();
        var connection = await Connection.AcceptAsync(_server, _certificate);
        await connection.ReadAsync();
        await connection.AnswerAsync(name);
        Assert.Equal(name, await answer);
        connection.AnswerNext(name);
        return connection;
    }

    private sealed class Connection(SslStream stream) : IAsyncDisposable
    {
        private Task _next = Task.CompletedTask;

        public StreamReader Requests { get; } = new(stream);

        public static async Task<Connection> AcceptAsync(TcpListener server, TestCertificate certificate)
        {
            var socket = await server.AcceptSocketAsync(Cancel);
            var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await stream.AuthenticateAsServerAsync(certificate.Certificate);
            return new Connection(stream);
        }

        public async Task ReadAsync()
        {
            while (await Requests.ReadLineAsync(Cancel) is { Length: > 0 })
            {
            }
        }

        public async Task AnswerAsync(string text) => await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {text.Length}\r\n\r\n{text}"), Cancel);

        public void AnswerNext(string text) => _next = NextAsync(text);

        public async ValueTask DisposeAsync()
        {
            await stream.DisposeAsync();
            await _next.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Requests.Dispose();
        }

        private async Task NextAsync(string text)
        {
            await ReadAsync();
            await AnswerAsync(text);
        }
    }
}
