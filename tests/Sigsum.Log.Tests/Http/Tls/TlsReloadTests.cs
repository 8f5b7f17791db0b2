using Microsoft.Extensions.Time.Testing;
using Sigsum.Log.Hosting;
using Sigsum.Log.Http.Tls;
using Sigsum.Log.Tests.Hosting;
using Sigsum.Testing;

namespace Sigsum.Log.Tests.Http.Tls;

/// <summary>Certificates that are renewed, exchanged or run out while a node runs.</summary>
public sealed class TlsReloadTests : IDisposable
{
    private const string Condition = "internal certificate";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly TestCertificate _authority = TestCertificate.Authority();
    private readonly TestCertificate _otherAuthority = TestCertificate.Authority("CN=other CA");
    private readonly TestCertificate _own;
    private readonly TestCertificate _renewed;

    public TlsReloadTests()
    {
        _own = _authority.Issue();
        _renewed = _authority.Issue();
    }

    public void Dispose()
    {
        _authority.Dispose();
        _otherAuthority.Dispose();
        _own.Dispose();
        _renewed.Dispose();
    }

    [Fact]
    public async Task A_renewed_certificate_is_shown_on_either_end_after_a_reload()
    {
        using var first = TestCertificate.SelfSigned(new() { Subject = "CN=first" });
        using var second = TestCertificate.SelfSigned(new() { Subject = "CN=second" });
        await using var node = await TlsNode.StartAsync(first, _authority.Pem);
        await using var other = await TlsNode.StartAsync(_own, first.Pem);
        Assert.Equal("hello", await node.AskAsync(other.Url));
        Assert.Equal(first.Certificate.SerialNumber, await node.ShownAsync(_own));
        node.Write(second, _authority.Pem);
        Assert.Equal("hello", await node.AskAsync(other.Url));
        Assert.Equal(first.Certificate.SerialNumber, await node.ShownAsync(_own));

        node.Network.Reload();
        Assert.Equal(second.Certificate.SerialNumber, await node.ShownAsync(_own));
        await Assert.ThrowsAsync<HttpRequestException>(() => node.AskAsync(other.Url));
        other.Write(_own, second.Pem);
        other.Network.Reload();
        Assert.Equal("hello", await node.AskAsync(other.Url));
    }

    [Fact]
    public async Task What_cannot_be_used_changes_nothing_and_is_told()
    {
        await using var node = await TlsNode.StartAsync(_own, _authority.Pem);
        await using var other = await TlsNode.StartAsync(_own, _authority.Pem);
        using var expired = _authority.Issue(new() { From = TimeSpan.FromDays(-9), Until = TimeSpan.FromMinutes(-1) });
        await using var connection = await node.ConnectAsync(_own);
        node.Write(expired, "nothing");
        node.Network.Reload();
        Assert.Equal(_own.Certificate.SerialNumber, await node.ShownAsync(_own));
        Assert.Equal("hello", await node.AskAsync(other.Url));
        Assert.Equal("hello", await other.AskAsync(node.Url));
        var errors = node.Log().Split('\n').Where(line => line.Contains("level=error", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, errors.Count);
        Assert.All(errors, line => Assert.Contains("stay as they were", line, StringComparison.Ordinal));
        Assert.Contains("--internal-tls-cert-file", errors[0], StringComparison.Ordinal);
        Assert.Contains("--internal-tls-ca-file", errors[1], StringComparison.Ordinal);

        // The connection from before is as good as it was.
        using var reader = new StreamReader(connection);
        await connection.WriteAsync("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), TlsNode.Cancel);
        Assert.Equal("HTTP/1.1 200 OK", await reader.ReadLineAsync(TlsNode.Cancel));
    }

    [Fact]
    public async Task Who_is_no_longer_trusted_is_refused_on_connections_of_before_too()
    {
        await using var node = await TlsNode.StartAsync(_own, _authority.Pem);
        await using var client = await TlsNode.StartAsync(_own, _authority.Pem);
        Assert.Equal("hello", await client.AskAsync(node.Url));
        await using var idle = await node.ConnectAsync(_own);
        using var reader = new StreamReader(idle);
        await idle.WriteAsync("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), TlsNode.Cancel);
        Assert.Equal("HTTP/1.1 200 OK", await reader.ReadLineAsync(TlsNode.Cancel));

        node.Write(_own, _otherAuthority.Pem);
        node.Network.Reload();
        await reader.ReadToEndAsync(TlsNode.Cancel).WaitAsync(Patience, TlsNode.Cancel);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.AskAsync(node.Url));
        Assert.Equal(2, node.Answered);
        Assert.Equal("", await node.GetAsync(_own, "/hello"));

        // And as a client: the server is the same, the connection is not used any more.
        await Assert.ThrowsAsync<HttpRequestException>(() => node.AskAsync(client.Url));
    }

    [Fact]
    public async Task A_client_that_trusts_others_now_sends_nothing_on_its_old_connection()
    {
        await using var server = await TlsNode.StartAsync(_own, _authority.Pem);
        await using var client = await TlsNode.StartAsync(_own, _authority.Pem);
        Assert.Equal("hello", await client.AskAsync(server.Url));
        client.Write(_own, _otherAuthority.Pem);
        client.Network.Reload();
        await Assert.ThrowsAsync<HttpRequestException>(() => client.AskAsync(server.Url));
        Assert.Equal(1, server.Answered);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_request_that_is_being_answered_is_finished(bool serverReloads)
    {
        await using var server = await TlsNode.StartAsync(_own, _authority.Pem);
        await using var client = await TlsNode.StartAsync(_own, _authority.Pem);
        var answer = client.AskAsync(server.Url, "held");
        await server.Held;
        var reloading = serverReloads ? server : client;
        reloading.Write(_renewed, _authority.Pem);
        reloading.Network.Reload();
        Assert.Equal("hello", await client.AskAsync(server.Url));
        Assert.False(answer.IsCompleted);
        server.Release();
        Assert.Equal("released", await answer);
    }

    [Fact]
    public async Task An_operator_is_told_in_time_that_certificates_expire()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var node = await TlsNode.StartAsync(_own, _authority.Pem, time: time);
        using var tasks = new NodeTasks(node.Services.Health, node.Services.Logger<NodeTasks>());
        node.Network.StartTasks(tasks);
        Assert.Equal(1, Met());
        Assert.Equal(
            new DateTimeOffset(_own.Certificate.NotAfter).ToUnixTimeSeconds(),
            node.Metrics().Value("sigsum_log_internal_tls_not_after_seconds"));

        time.Advance(TimeSpan.FromDays(365) - NodeCertificates.LongestNotice - TimeSpan.FromHours(1));
        Assert.Equal(1, Met());
        time.Advance(TimeSpan.FromHours(2));
        await TestLog.NotReadyAsync(node.Services, "the certificates expire on 20");
        Assert.Equal(0, Met());
        Assert.True(node.Services.Health.Readiness().Ok);
        time.Advance(NodeCertificates.LongestNotice);
        await TestLog.NotReadyAsync(node.Services, "have expired");
        Assert.Equal(2, node.Log().Split('\n').Count(line => line.Contains("level=warning", StringComparison.Ordinal)));

        using var longer = _authority.Issue(new() { Until = TimeSpan.FromDays(800) });
        node.Write(longer, _authority.Pem);
        node.Network.Reload();
        Assert.Equal(1, Met());
        Assert.Equal(
            new DateTimeOffset(longer.Certificate.NotAfter).ToUnixTimeSeconds(),
            node.Metrics().Value("sigsum_log_internal_tls_not_after_seconds"));
        await tasks.StopAsync();

        double Met() => node.Metrics().Value("sigsum_log_condition", ("condition", Condition), ("required", "false"));
    }

    [Fact]
    public async Task Certificates_that_are_made_for_a_day_are_due_when_a_third_of_it_is_left()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var daily = _authority.Issue(new() { From = TimeSpan.FromHours(-12), Until = TimeSpan.FromHours(12) });
        await using var node = await TlsNode.StartAsync(daily, _authority.Pem, time: time);
        Assert.DoesNotContain("expire", node.Services.Health.Readiness().Text, StringComparison.Ordinal);
        time.Advance(TimeSpan.FromHours(5));
        node.Network.Reload();
        Assert.Contains("the certificates expire", node.Services.Health.Readiness().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_CA_that_expires_first_counts()
    {
        using var brief = TestCertificate.SelfSigned(
            new() { Subject = "CN=brief CA", Names = [], IsAuthority = true, Until = TimeSpan.FromDays(1) });
        using var leaf = brief.Issue();
        await using var node = await TlsNode.StartAsync(leaf, brief.Pem);
        Assert.Equal(
            new DateTimeOffset(brief.Certificate.NotAfter).ToUnixTimeSeconds(),
            node.Metrics().Value("sigsum_log_internal_tls_not_after_seconds"));
    }
}
