using System.Net;
using Sigsum.Log.Http;
using Sigsum.Testing;

namespace Sigsum.Log.Tests.Http;

/// <summary>What is beyond a limit is refused or closed, and does not keep others from being served.</summary>
public sealed class HttpLimitsTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n";

    private static readonly HttpLimits Short = HttpLimits.External with
    {
        RequestHeadersTimeout = TimeSpan.FromMilliseconds(200),
        KeepAliveTimeout = TimeSpan.FromMilliseconds(200),
        MinDataRateGrace = TimeSpan.FromSeconds(1.1), // the least that Kestrel takes is above its heartbeat of 1 s
    };

    [Theory]
    [InlineData(60, "200")]
    [InlineData(70, "431")] // Kestrel itself would take 100
    public async Task Headers_are_limited_in_number(int count, string status) =>
        Assert.StartsWith($"HTTP/1.1 {status} ", await AnswerAsync(
            Get + string.Concat(Enumerable.Range(0, count).Select(i => $"H{i}: v\r\n")) + "\r\n"), StringComparison.Ordinal);

    [Theory]
    [InlineData(15_000, "200")]
    [InlineData(17_000, "431")]
    public async Task Headers_are_limited_in_size(int length, string status) =>
        Assert.StartsWith($"HTTP/1.1 {status} ", await AnswerAsync(
            Get + $"H: {new string('v', length)}\r\n\r\n"), StringComparison.Ordinal);

    [Theory]
    [InlineData(4000, "404")]
    [InlineData(4200, "414")]
    public async Task The_request_line_is_limited(int length, string status) =>
        Assert.StartsWith($"HTTP/1.1 {status} ", await AnswerAsync(
            $"GET /{new string('p', length)} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("GET / HTTP/1.1\r\nHost: h\r\n")]
    [InlineData("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nx")]
    public async Task What_is_half_sent_is_closed(string sent)
    {
        await using TestServer server = await TestServer.StartAsync(Short);
        using RawConnection connection = await server.ConnectAsync();
        await connection.SendAsync(sent);
        string answer = await connection.ReadToCloseAsync();
        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 408 ", StringComparison.Ordinal), answer);
    }

    [Fact]
    public async Task Half_open_connections_do_not_stop_others()
    {
        await using TestServer server = await TestServer.StartAsync(HttpLimits.External);
        var halfOpen = new List<RawConnection>();
        try
        {
            for (int i = 0; i < 200; i++)
            {
                RawConnection connection = await server.ConnectAsync();
                halfOpen.Add(connection);
                await connection.SendAsync("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nx");
            }
            Assert.StartsWith("HTTP/1.1 200 ", await AnswerAsync(server, Get + "\r\n"), StringComparison.Ordinal);
        }
        finally
        {
            halfOpen.ForEach(connection => connection.Dispose());
        }
    }

    [Fact]
    public async Task A_connection_too_many_is_closed()
    {
        await using TestServer server = await TestServer.StartAsync(HttpLimits.External with { MaxConcurrentConnections = 2 });
        using RawConnection first = await server.ConnectAsync();
        using RawConnection second = await server.ConnectAsync();
        foreach (RawConnection connection in (RawConnection[])[first, second])
        {
            // An answer shows that the connection has its place; Kestrel may serve a later one first.
            await connection.SendAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
            await connection.ReadUntilAsync("0\r\n\r\n");
        }
        Assert.Equal("", await AnswerAsync(server, Get + "\r\n"));
    }

    [Fact]
    public async Task There_is_room_again_once_the_silent_connections_have_timed_out()
    {
        await using TestServer server = await TestServer.StartAsync(Short with { MaxConcurrentConnections = 2 });
        using RawConnection first = await server.ConnectAsync();
        using RawConnection second = await server.ConnectAsync();
        await first.SendAsync("GET ");
        await second.SendAsync("GET ");
        // Kestrel gives the place back just after it has closed the connection.
        await Eventually.UntilAsync(
            "a place to be free",
            TimeSpan.FromSeconds(20),
            async _ => (await AnswerAsync(server, Get + "\r\n")).StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal),
            TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Answers_tell_nothing_about_the_server_and_failures_nothing_at_all()
    {
        string answer = await AnswerAsync(Get + "\r\n");
        Assert.EndsWith("hello\r\n0\r\n\r\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Server:", answer, StringComparison.OrdinalIgnoreCase);
        string failure = await AnswerAsync(Get.Replace("/ ", "/fail ", StringComparison.Ordinal) + "\r\n");
        Assert.StartsWith("HTTP/1.1 500 ", failure, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Http2_without_tls_is_there_only_if_configured(bool configured)
    {
        await using TestServer server = await TestServer.StartAsync(HttpLimits.External with { Http2Cleartext = configured });
        using var client = new HttpClient
        {
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        Task<string> answer = client.GetStringAsync(server.Url, TestContext.Current.CancellationToken);
        if (configured)
            Assert.Equal("hello", await answer);
        else
            await Assert.ThrowsAsync<HttpRequestException>(() => answer);
    }

    [Fact]
    public void Bodies_are_limited_to_64_KiB_everywhere()
    {
        Assert.Equal(65536, HttpLimits.External.MaxRequestBodyBytes);
        Assert.Equal(65536, HttpLimits.Internal.MaxRequestBodyBytes);
    }

    private static async Task<string> AnswerAsync(string request)
    {
        await using TestServer server = await TestServer.StartAsync(HttpLimits.External);
        return await AnswerAsync(server, request);
    }

    private static async Task<string> AnswerAsync(TestServer server, string request)
    {
        using RawConnection connection = await server.ConnectAsync();
        await connection.SendAsync(request);
        return await connection.ReadToCloseAsync();
    }
}
