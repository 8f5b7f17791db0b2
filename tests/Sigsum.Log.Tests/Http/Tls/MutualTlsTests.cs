using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Sigsum.Log.Http;
using Sigsum.Log.Http.Tls;
using Sigsum.Testing;

namespace Sigsum.Log.Tests.Http.Tls;

/// <summary>The internal endpoint with certificates: who gets an answer, and who gets nothing.</summary>
public sealed class MutualTlsTests : IDisposable
{
    private readonly TestCertificate _authority = TestCertificate.Authority();
    private readonly TestCertificate _own;
    private readonly TestCertificate _other;

    public MutualTlsTests()
    {
        _own = _authority.Issue();
        _other = _authority.Issue(new() { Subject = "CN=other", Names = [] });
    }

    public static TheoryData<string> Paths => ["/hello", "/metrics", "/healthz", "/readyz", "/nothing"];

    public static TheoryData<string, string, SslProtocols> Refused
    {
        get
        {
            var data = new TheoryData<string, string, SslProtocols>();
            foreach (var protocol in (SslProtocols[])[SslProtocols.Tls12, SslProtocols.Tls13])
            {
                data.Add("none", "it showed no certificate", protocol);
                data.Add("of another CA", "PartialChain", protocol);
                data.Add("of a CA with the same name", "NotSignatureValid", protocol);
                data.Add("self-signed", "UntrustedRoot", protocol);
                data.Add("expired", "NotTimeValid", protocol);
                data.Add("not valid yet", "NotTimeValid", protocol);
                data.Add("for servers only", "NotValidForUsage", protocol);
                data.Add("issued by a node", "InvalidBasicConstraints", protocol);
            }

            return data;
        }
    }

    public void Dispose()
    {
        _authority.Dispose();
        _own.Dispose();
        _other.Dispose();
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Who_shows_a_certificate_of_the_CA_is_answered(SslProtocols protocol)
    {
        await using var node = await TlsNode.StartAsync(_own, _authority.Pem);
        Assert.Equal("https", node.Url.Scheme);
        Assert.EndsWith("hello", await node.GetAsync(_other, "/hello", protocol), StringComparison.Ordinal);
        Assert.Contains("sigsum_log_", await node.GetAsync(_other, "/metrics", protocol), StringComparison.Ordinal);
        Assert.Equal(0, node.Metrics().Value("sigsum_log_internal_tls_refused_total"));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Everybody_else_gets_nothing(string shows, string reason, SslProtocols protocol)
    {
        using var otherAuthority = TestCertificate.Authority(shows.Contains("same name") ? "CN=test CA" : "CN=other CA");
        using var certificate = shows switch
        {
            "none" => null,
            "of another CA" or "of a CA with the same name" => otherAuthority.Issue(),
            "self-signed" => TestCertificate.SelfSigned(),
            "expired" => _authority.Issue(new() { From = TimeSpan.FromDays(-9), Until = TimeSpan.FromMinutes(-1) }),
            "not valid yet" => _authority.Issue(new() { From = TimeSpan.FromMinutes(1) }),
            "for servers only" => _authority.Issue(new() { Purposes = [TestCertificate.ServerPurpose] }),
            "issued by a node" => _other.Issue(),
            _ => throw new ArgumentException(shows),
        };
        await using var node = await TlsNode.StartAsync(_own, _authority.Pem + _other.Pem);
        Assert.Equal("", await node.GetAsync(certificate, "/hello", protocol));
        Assert.Equal(0, node.Answered);
        await Eventually.UntilAsync(
            "the refusal", TimeSpan.FromSeconds(20),
            _ => Task.FromResult(node.Metrics().Value("sigsum_log_internal_tls_refused_total") == 1), TlsNode.Cancel);
        var line = Assert.Single(node.Log().Split('\n'), line => line.Contains("refused", StringComparison.Ordinal));
        Assert.Contains("level=warning", line, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1:", line, StringComparison.Ordinal);
        Assert.Contains(reason, line, StringComparison.Ordinal);

        Assert.EndsWith("hello", await node.GetAsync(_other, "/hello", protocol), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Monitoring_needs_a_certificate_like_everybody(string path)
    {
        await using var node = await TlsNode.StartAsync(_own, _authority.Pem);
        Assert.Equal("", await node.GetAsync(null, path));
        Assert.NotEqual("", await node.GetAsync(_other, path));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Plain_HTTP_gets_nothing(string path)
    {
        await using var node = await TlsNode.StartAsync(_own, _authority.Pem);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", node.Url.Port, TlsNode.Cancel);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"), TlsNode.Cancel);
        var answer = new byte[1000];
        using var stream = new NetworkStream(socket);
        Assert.Equal(0, await stream.ReadAtLeastAsync(answer, 1, throwOnEndOfStream: false, TlsNode.Cancel));
        Assert.Equal(0, node.Answered);
    }

    [Fact]
    public async Task Two_nodes_that_know_each_others_self_signed_certificate_need_no_CA()
    {
        using var first = TestCertificate.SelfSigned(new() { Subject = "CN=first" });
        using var second = TestCertificate.SelfSigned(new() { Subject = "CN=second" });
        await using var one = await TlsNode.StartAsync(first, second.Pem);
        await using var two = await TlsNode.StartAsync(second, first.Pem);
        Assert.Equal("hello", await one.AskAsync(two.UrlByName));
        Assert.Equal("hello", await two.AskAsync(one.Url));

        // What is trusted is the other certificate, not its name, and not this node's own.
        using var twin = TestCertificate.SelfSigned(new() { Subject = "CN=second" });
        Assert.Equal("", await one.GetAsync(twin, "/hello"));
        Assert.Equal("", await one.GetAsync(first, "/hello"));
    }

    [Fact]
    public async Task A_chain_that_is_shown_in_full_leads_to_the_CA()
    {
        using var root = TestCertificate.Authority("CN=root");
        using var between = root.Issue(new() { Subject = "CN=between", Names = [], IsAuthority = true });
        using var leaf = between.Issue();
        await using var one = await TlsNode.StartAsync(leaf, root.Pem, between.Pem);
        await using var two = await TlsNode.StartAsync(leaf, root.Pem, between.Pem);
        Assert.Equal("hello", await one.AskAsync(two.Url));
        Assert.Equal("", await two.GetAsync(leaf, "/hello")); // This client leaves out what is in between.
    }

    [Fact]
    public async Task Nothing_is_fetched_to_judge_a_certificate()
    {
        using var elsewhere = new TcpListener(IPAddress.Loopback, 0);
        elsewhere.Start();
        using var stranger = TestCertificate.Authority("CN=stranger");
        using var certificate = stranger.Issue(
            new() { IssuerUrl = new Uri($"http://127.0.0.1:{((IPEndPoint)elsewhere.LocalEndpoint).Port}/ca") });
        await using var node = await TlsNode.StartAsync(_own, _authority.Pem);
        Assert.Equal("", await node.GetAsync(certificate, "/hello", SslProtocols.Tls12));
        Assert.False(elsewhere.Pending());
    }

    [Fact]
    public async Task Handshakes_that_come_to_nothing_are_counted_and_told_now_and_then()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var node = await TlsNode.StartAsync(_own, _authority.Pem, time: time);
        for (var i = 0; i < 5; i++)
            Assert.Equal("", await node.GetAsync(null, "/hello", SslProtocols.Tls12));
        Assert.Single(Lines());
        time.Advance(RefusedClients.Pause);
        Assert.Equal("", await node.GetAsync(null, "/hello", SslProtocols.Tls12));
        Assert.Contains("(4 more were refused", Lines()[1], StringComparison.Ordinal);
        Assert.Equal(6, node.Metrics().Value("sigsum_log_internal_tls_refused_total"));

        string[] Lines() => [.. node.Log().Split('\n').Where(line => line.Contains("refused 127", StringComparison.Ordinal))];
    }

    [Fact]
    public async Task A_connection_that_is_older_than_its_lifetime_has_to_prove_itself_anew()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var node = await TlsNode.StartAsync(_own, _authority.Pem, time: time);
        await using var stream = await node.ConnectAsync(_other);
        using var reader = new StreamReader(stream);
        await stream.WriteAsync("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), TlsNode.Cancel);
        Assert.Equal("HTTP/1.1 200 OK", await reader.ReadLineAsync(TlsNode.Cancel));
        time.Advance(HttpLimits.Internal.TlsConnectionLifetime);
        await reader.ReadToEndAsync(TlsNode.Cancel).WaitAsync(TimeSpan.FromSeconds(20), TlsNode.Cancel);
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task Sessions_are_not_resumed(string protocol)
    {
        await using var node = await TlsNode.StartAsync(_own, _authority.Pem);
        using var folder = new TempDirectory();
        string[] arguments =
        [
            "s_client", "-connect", $"127.0.0.1:{node.Url.Port}", protocol, "-ign_eof",
            "-cert", folder.Write("cert", _other.Pem), "-key", folder.Write("key", _other.KeyPem),
            "-CAfile", folder.Write("ca", _authority.Pem), "-verify_return_error",
        ];
        var session = folder.PathOf("session");
        const string request = "GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        var first = await ProgramProcess.RunAsync(
            "openssl", [.. arguments, "-sess_out", session], TlsNode.Cancel, request);
        Assert.Contains("\nNew, TLSv1", first.Output, StringComparison.Ordinal);
        Assert.Contains("\r\nhello", first.Output, StringComparison.Ordinal);
        var second = await ProgramProcess.RunAsync(
            "openssl", File.Exists(session) ? [.. arguments, "-sess_in", session] : arguments, TlsNode.Cancel, request);
        Assert.Contains("\nNew, TLSv1", second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Reused", second.Output, StringComparison.Ordinal);
    }
}
