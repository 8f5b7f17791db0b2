using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Sigsum.Messages;

namespace Sigsum.Client.Tests;

/// <summary>Answers that break HTTP, a limit, or the format: each is an error of the right kind.</summary>
public sealed class BadAnswerTests : ClientTest
{
    [Theory]
    [InlineData("")]
    [InlineData("H")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nsize=3\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nsize=3\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n")]
    [InlineData("220 mail.example ESMTP\r\n")]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\r\n\r\n")]
    public async Task Bytes_that_are_no_whole_answer_are_a_transport_failure(string bytes)
    {
        await using var server = RawServer.Start(bytes);
        LogClientException e = await FailureAsync(() => Log(server).GetTreeHeadAsync(Cancel));
        Assert.Equal(LogClientFailure.Transport, e.Failure);
        AssertOneLine(e, server);
    }

    [Theory]
    [InlineData("")]
    [InlineData("size=3\n")]
    [InlineData("<html>not found</html>\n")]
    [InlineData("size=03\n")]
    [InlineData("\0")]
    public async Task A_body_of_another_format_is_malformed(string body)
    {
        await using var server = RawServer.Start(RawServer.Answer("200 OK", body));
        LogClientException e = await FailureAsync(() => Log(server).GetTreeHeadAsync(Cancel));
        Assert.Equal(LogClientFailure.Malformed, e.Failure);
        Assert.Equal(HttpStatusCode.OK, e.StatusCode);
        AssertOneLine(e, server);
    }

    [Fact]
    public async Task A_body_cut_anywhere_is_malformed()
    {
        string body = Samples.Text(Samples.TreeHead(new SampleTree().Head(3)).Write);
        string[] cut = [.. Enumerable.Range(0, body.Length).Select(i => RawServer.Answer("200 OK", body[..i]))];
        await using var server = RawServer.Start(cut);
        foreach (string _ in cut)
        {
            LogClientException e = await FailureAsync(() => Log(server).GetTreeHeadAsync(Cancel));
            Assert.Equal(LogClientFailure.Malformed, e.Failure);
        }
    }

    [Fact]
    public async Task An_encoded_body_is_malformed()
    {
        await using var server = RawServer.Start(RawServer.Answer("200 OK", "x", "Content-Encoding: gzip"));
        LogClientException e = await FailureAsync(() => Log(server).GetTreeHeadAsync(Cancel));
        Assert.Equal(LogClientFailure.Malformed, e.Failure);
    }

    [Fact]
    public async Task Another_success_status_is_refused()
    {
        await using var server = RawServer.Start(RawServer.Answer("204 No Content"));
        LogClientException e = await FailureAsync(() => Log(server).GetTreeHeadAsync(Cancel));
        Assert.Equal(LogClientFailure.Status, e.Failure);
    }

    [Fact]
    public async Task A_body_beyond_its_limit_is_too_large_whether_its_length_is_told_or_not()
    {
        string body = new('x', (64 * 1024) + 1);
        await using var server = RawServer.Start(
            RawServer.Answer("200 OK", body), $"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{body}");
        for (int i = 0; i < 2; i++)
        {
            LogClientException e = await FailureAsync(() => Log(server).GetTreeHeadAsync(Cancel));
            Assert.Equal(LogClientFailure.TooLarge, e.Failure);
            AssertOneLine(e, server);
        }
    }

    [Fact]
    public async Task A_body_of_exactly_the_limit_is_read()
    {
        await using var server = RawServer.Start(RawServer.Answer("200 OK", new string('x', 64 * 1024)));
        LogClientException e = await FailureAsync(() => Log(server).GetTreeHeadAsync(Cancel));
        Assert.Equal(LogClientFailure.Malformed, e.Failure);
    }

    [Fact]
    public async Task Headers_beyond_their_limit_are_a_transport_failure()
    {
        string header = "X-Long: " + new string('x', 20 * 1024);
        await using var server = RawServer.Start(RawServer.Answer("200 OK", "", header));
        LogClientException e = await FailureAsync(() => Log(server).GetTreeHeadAsync(Cancel));
        Assert.Equal(LogClientFailure.Transport, e.Failure);
    }

    [Fact]
    public async Task A_long_error_text_is_cut_and_the_status_stays()
    {
        await using var server = RawServer.Start(
            RawServer.Answer("500 Internal Server Error", new string('é', 100_000)));
        LogClientException e = await FailureAsync(() => Log(server).GetTreeHeadAsync(Cancel));
        Assert.Equal(HttpStatusCode.InternalServerError, e.StatusCode);
        Assert.InRange(e.Message.Length, 100, 400);
    }

    [Fact]
    public async Task Nobody_listening_is_a_transport_failure()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // taken, but not listening
        var log = new LogClient(Http, new Uri($"http://{socket.LocalEndPoint}"));
        LogClientException e = await FailureAsync(() => log.GetTreeHeadAsync(Cancel));
        Assert.Equal(LogClientFailure.Transport, e.Failure);
        Assert.Contains("refused", e.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nsize=3\n")]
    public async Task An_answer_that_does_not_come_in_time_is_a_timeout(string begun)
    {
        await using var server = RawServer.StartHolding(begun);
        var time = new FakeTimeProvider();
        var options = new ClientOptions { RequestTimeout = TimeSpan.FromSeconds(3), TimeProvider = time };
        Task<CosignedTreeHead> asked = Log(server, options).GetTreeHeadAsync(Cancel);
        await server.RequestAsync(Cancel);
        time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.False(asked.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));
        LogClientException e = await FailureAsync(() => asked);
        Assert.Equal(LogClientFailure.Timeout, e.Failure);
        Assert.Equal($"{server.Url}/get-tree-head: no answer within 3 s", e.Message);
    }

    private static void AssertOneLine(LogClientException e, RawServer server)
    {
        Assert.StartsWith($"{server.Url}/get-tree-head: ", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(e.Message, char.IsControl);
    }
}
