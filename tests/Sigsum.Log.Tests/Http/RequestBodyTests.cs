using System.Net;
using Sigsum.Log.Http;

namespace Sigsum.Log.Tests.Http;

/// <summary>Bodies over real sockets: whole, in pieces, too long in each way that HTTP/1.1 has, malformed.</summary>
public sealed class RequestBodyTests : IAsyncLifetime
{
    private TestServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(HttpLimits.External);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(0, "0:")]
    [InlineData(1, "1:x")]
    [InlineData(TestServer.BodyLimit, "1000:xxx")]
    public async Task A_body_within_the_limit_is_read_whole(int length, string answer)
    {
        answer = $"\r\n{answer}\r\n";
        Assert.Contains(answer, await SendAsync($"Content-Length: {length}\r\n\r\n{new string('x', length)}"),
            StringComparison.Ordinal);
        string chunk = length == 0 ? "" : $"{length:x}\r\n{new string('x', length)}\r\n";
        Assert.Contains(answer, await SendAsync($"Transfer-Encoding: chunked\r\n\r\n{chunk}0\r\n\r\n"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_comes_in_pieces_is_read_whole()
    {
        using RawConnection connection = await _server.ConnectAsync();
        await connection.SendAsync("POST /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 6\r\n\r\na");
        await connection.SendAsync("bc");
        await connection.SendAsync("def");
        Assert.Contains("6:abc", await connection.ReadToCloseAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Length: 1001\r\n\r\n")]
    [InlineData("Content-Length: 9223372036854775807\r\n\r\n")]
    [InlineData("Content-Length: 70000\r\n\r\nxxx")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3e9\r\n", 1001)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n20000\r\n", 131072)]
    public async Task A_body_beyond_the_limit_is_413_and_ends_the_connection(string rest, int body = 0)
    {
        using RawConnection connection = await _server.ConnectAsync();
        await connection.SendAsync($"POST /echo HTTP/1.1\r\nHost: h\r\n{rest}{new string('x', body)}");
        string answer = await connection.ReadToCloseAsync();
        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: close\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_reads_while_it_sends_gets_the_413_whatever_it_sends()
    {
        using var client = new HttpClient();
        using var content = new ByteArrayContent(new byte[TestServer.BodyLimit + 1]);
        using HttpResponseMessage response = await client.PostAsync(
            new Uri(_server.Url, "/echo"), content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nzz\r\nx")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n")]
    [InlineData("Content-Length: -1\r\n\r\n")]
    [InlineData("Content-Length: 1\r\nContent-Length: 2\r\n\r\nx")]
    [InlineData("Transfer-Encoding: gzip\r\n\r\nx")]
    public async Task A_malformed_body_is_a_client_error(string rest) =>
        Assert.Matches("^HTTP/1.1 4\\d\\d ", await SendAsync(rest));

    private async Task<string> SendAsync(string rest)
    {
        using RawConnection connection = await _server.ConnectAsync();
        await connection.SendAsync("POST /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" + rest);
        return await connection.ReadToCloseAsync();
    }
}
