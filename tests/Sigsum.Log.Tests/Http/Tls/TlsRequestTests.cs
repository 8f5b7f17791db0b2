using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Sigsum.Client;
using Sigsum.Log.Hosting;
using Sigsum.Log.Http;
using Sigsum.Log.Tests.Hosting;
using Sigsum.Testing;

namespace Sigsum.Log.Tests.Http.Tls;

/// <summary>Requests of a node with certificates: it talks to nodes that it can trust, and says nothing to others.</summary>
public sealed class TlsRequestTests : IDisposable
{
    private readonly TestCertificate _authority = TestCertificate.Authority();
    private readonly TestCertificate _own;

    public TlsRequestTests() => _own = _authority.Issue();

    public static TheoryData<string, string> Refused => new()
    {
        { "of another CA", "PartialChain" },
        { "self-signed", "UntrustedRoot" },
        { "for another host", "RemoteCertificateNameMismatch" },
        { "known, but for another host", "RemoteCertificateNameMismatch" },
        { "expired", "NotTimeValid" },
        { "for clients only", "NotValidForUsage" },
        { "issued by a node", "InvalidBasicConstraints" },
    };

    public void Dispose()
    {
        _authority.Dispose();
        _own.Dispose();
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_server_that_is_no_node_of_ours_gets_no_request(string shows, string reason)
    {
        using var otherAuthority = TestCertificate.Authority("CN=other CA");
        using var known = TestCertificate.SelfSigned(new() { Subject = "CN=known", Names = ["other.example"] });
        using var certificate = shows switch
        {
            "of another CA" => otherAuthority.Issue(),
            "self-signed" => TestCertificate.SelfSigned(),
            "for another host" => _authority.Issue(new() { Names = ["other.example", "127.0.0.2"] }),
            "known, but for another host" => null,
            "expired" => _authority.Issue(new() { From = TimeSpan.FromDays(-9), Until = TimeSpan.FromMinutes(-1) }),
            "for clients only" => _authority.Issue(new() { Purposes = [TestCertificate.ClientPurpose] }),
            "issued by a node" => known.Issue(),
            _ => throw new ArgumentException(shows),
        };
        await using var node = await TlsNode.StartAsync(_own, _authority.Pem + known.Pem);
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var received = AcceptAsync(server, certificate ?? known);
        var url = new Uri($"https://127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}/");

        var error = await Assert.ThrowsAsync<LogClientException>(
            () => new SecondaryClient(node.Network.Http, url).GetTreeHeadAsync(cancellationToken: TlsNode.Cancel));
        Assert.Equal(LogClientFailure.Transport, error.Failure);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Equal(0, await received);
    }

    [Fact]
    public async Task A_certificate_that_runs_out_while_the_node_runs_is_refused_from_then_on()
    {
        await using var node = await TlsNode.StartAsync(_own, _authority.Pem);
        using var brief = _authority.Issue(new() { Until = TimeSpan.FromSeconds(3) });
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var url = new Uri($"https://127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}/");
        var request = AcceptAsync(server, brief, answer: true);
        Assert.Equal("", await node.AskAsync(url));
        Assert.NotEqual(0, await request);

        await Eventually.UntilAsync(
            "the end of the certificate", TimeSpan.FromSeconds(30),
            _ => Task.FromResult(TimeProvider.System.GetUtcNow() > brief.Certificate.NotAfter), TlsNode.Cancel);
        request = AcceptAsync(server, brief, answer: true);
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => node.AskAsync(url));
        Assert.Contains("NotTimeValid", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await request);
    }

    [Fact]
    public async Task Nothing_is_sent_to_a_URL_without_TLS()
    {
        await using var node = await TlsNode.StartAsync(_own, _authority.Pem);
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var url = new Uri($"http://127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}/");
        var error = await Assert.ThrowsAsync<LogClientException>(
            () => new SecondaryClient(node.Network.Http, url).GetTreeHeadAsync(cancellationToken: TlsNode.Cancel));
        Assert.Contains("https URLs only", error.Message, StringComparison.Ordinal);
        Assert.False(server.Pending());
    }

    [Fact]
    public async Task A_node_without_certificates_believes_the_system_and_not_this_CA()
    {
        await using var node = await TlsNode.StartAsync(_own, _authority.Pem);
        using var other = InternalNetwork.Open(new NodeOptions { KeyFile = "" }, NoSuccession.Of(node.Services), node.Services);
        var error = await Assert.ThrowsAsync<LogClientException>(
            () => new SecondaryClient(other.Http, node.Url).GetTreeHeadAsync(cancellationToken: TlsNode.Cancel));
        Assert.Contains("PartialChain", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, node.Answered);
    }

    [Fact]
    public async Task Connections_are_used_again_while_the_certificates_are_the_same()
    {
        await using var node = await TlsNode.StartAsync(_own, _authority.Pem);
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var url = new Uri($"https://127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}/");
        var first = ConnectionAsync();
        Assert.Equal("0", await node.AskAsync(url));
        Assert.Equal("1", await node.AskAsync(url));

        // New certificates make a new connection, although the old one would do.
        node.Network.Reload();
        var second = ConnectionAsync();
        Assert.Equal("0", await node.AskAsync(url));
        Assert.Equal(2, await first);
        node.Network.Dispose();
        Assert.Equal(1, await second);

        // Answers each request with how many there were on this connection; returns that when the client closes it.
        async Task<int> ConnectionAsync()
        {
            using var socket = await server.AcceptSocketAsync(TlsNode.Cancel);
            await using var stream = new SslStream(new NetworkStream(socket));
            await stream.AuthenticateAsServerAsync(_own.Certificate);
            using var reader = new StreamReader(stream);
            for (var count = 0; ; count++)
            {
                string? line;
                while ((line = await reader.ReadLineAsync(TlsNode.Cancel)) is { Length: > 0 })
                {
                }

                if (line is null)
                    return count;
                await stream.WriteAsync(
                    System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{count}"), TlsNode.Cancel);
            }
        }
    }

    /// <summary>How many bytes of a request came through.</summary>
    private static async Task<int> AcceptAsync(TcpListener server, TestCertificate shows, bool answer = false)
    {
        using var socket = await server.AcceptSocketAsync(TlsNode.Cancel);
        await using var stream = new SslStream(new NetworkStream(socket));
        try
        {
            var options = new SslServerAuthenticationOptions
            {
                ServerCertificateContext = SslStreamCertificateContext.Create(shows.Certificate, null, offline: true),
            };
            await stream.AuthenticateAsServerAsync(options, TlsNode.Cancel);
            var length = await stream.ReadAsync(new byte[1000], TlsNode.Cancel);
            if (answer)
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"u8.ToArray(), TlsNode.Cancel);
            return length;
        }
        catch (Exception error) when (error is IOException or System.Security.Authentication.AuthenticationException)
        {
            return 0;
        }
    }
}
