using System.Net;
using System.Net.Sockets;
using System.Text;
using Sigsum.Log.Tests.Diagnostics;
using Sigsum.Testing;

namespace Sigsum.Log.Tests.Hosting;

/// <summary>Requests as no client of a log makes them, against running nodes.</summary>
public sealed class HostileHttpTests
{
    private const string Host = " HTTP/1.1\r\nHost: h\r\n";
    private const string Close = "Connection: close\r\n\r\n";

    public static TheoryData<string, string> ExternalRequests => new()
    {
        { "GET /get-tree-head" + Host + Close, "200" },
        { "GET /get-tree-head?x=1" + Host + Close, "200" },
        { "GET /x/../get-tree-head" + Host + Close, "200" },
        { "GET /get-tree-head HTTP/1.0\r\n\r\n", "200" },
        { "GET http://h/get-tree-head" + Host + Close, "200" },
        { "GET http://other/get-tree-head" + Host + Close, "400" },
        { "GET /get-tree-head HTTP/1.1\r\n" + Close, "400" }, // no Host
        { "GET /get-tree-head\r\n\r\n", "400" },
        { "GET /get-tree-head%00" + Host + Close, "400" },
        { "GET //get-tree-head" + Host + Close, "404" },
        { "GET /x%2f../get-tree-head" + Host + Close, "404" },
        { "GET /get-leaves/0%2f1" + Host + Close, "400" },
        { "GET /%6detrics" + Host + Close, "404" }, // belongs to the internal endpoint
        { "OPTIONS *" + Host + Close, "404" },
        { "CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n" + Close, "404" },
        { "TRACE /get-tree-head" + Host + Close, "405" },
        { "get /get-tree-head" + Host + Close, "405" },
        { "head /get-tree-head" + Host + Close, "405" },
        { "HEAD /add-leaf" + Host + Close, "405" },
        { "POST /add-leaf" + Host + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", "400" },
        { "POST /add-leaf" + Host + "Content-Length: 3\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", "400" },
        { "POST /add-leaf" + Host + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "400" },
        { "POST /add-leaf" + Host + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n", "400" },
        { "POST /add-leaf" + Host + "Transfer-Encoding: chunked\r\n\r\n1;" + new string('a', 100_000), "413" },
        { "POST /add-leaf" + Host + "Expect: 100-continue\r\nContent-Length: 65537\r\n\r\n", "413" },
    };

    [Fact]
    public async Task Odd_requests_get_one_status_and_the_connection_is_closed()
    {
        await using var log = new TestLog();
        await log.StartPrimaryAsync(o => o with { Secondaries = [], NoSecondary = true });
        var failures = new List<string>();
        foreach (var (request, status) in ExternalRequests.Select(row => row.Data))
        {
            var answer = await SendAsync(log.ExternalUrl, request);
            if (!answer.StartsWith($"HTTP/1.1 {status} ", StringComparison.Ordinal))
                failures.Add($"{request[..Math.Min(80, request.Length)]} -> {answer}");
        }

        Assert.Empty(failures);
    }

    [Fact]
    public async Task A_request_with_two_lengths_cannot_smuggle_another()
    {
        await using var log = new TestLog();
        await log.StartPrimaryAsync(o => o with { Secondaries = [], NoSecondary = true });
        var answer = await SendAsync(log.ExternalUrl, "POST /add-leaf" + Host
            + "Content-Length: 300\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /get-tree-head" + Host + "\r\n");
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("root_hash=", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", 200)]
    [InlineData("HEAD", 200)]
    [InlineData("POST", 405)]
    public async Task Pages_for_monitoring_take_GET_and_HEAD(string method, int status)
    {
        await using var log = new TestLog();
        await log.StartPrimaryAsync(o => o with { Secondaries = [], NoSecondary = true });
        foreach (var page in new[] { "metrics", "healthz" })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(log.PrimaryInternalUrl, page));
            using var answer = await log.Http.SendAsync(request, TestLog.Cancel);
            Assert.Equal(status, (int)answer.StatusCode);
        }
    }

    [Theory]
    [InlineData("\"007\"")]
    [InlineData("\"9999999999999999999\"")]
    [InlineData("\"99999999999999999999\"")]
    [InlineData("\"-0\"")]
    [InlineData("\"")]
    [InlineData("W/\"0\"")]
    public async Task A_tag_that_no_secondary_gave_matches_nothing(string tag)
    {
        await using var log = new TestLog();
        await log.StartSecondaryAsync();
        using var request = new HttpRequestMessage(
            HttpMethod.Get, new Uri(log.SecondaryInternalUrl, "get-secondary-tree-head"));
        request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        using var answer = await log.Http.SendAsync(request, TestLog.Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task The_wait_of_a_held_request_ends_with_its_connection()
    {
        const int count = 50;
        await using var log = new TestLog();
        await log.StartSecondaryAsync();
        for (var i = 0; i < count; i++)
        {
            await ResetAfterAsync(log.SecondaryInternalUrl, "get-secondary-tree-head",
                "GET /get-secondary-tree-head" + Host + "If-None-Match: \"0\"\r\nPrefer: wait=30\r\n\r\n",
                () => Count(log.SecondaryServices, "sigsum_log_go_http_req", "get-secondary-tree-head") == i + 1);
        }

        // Less than the 30 s that were asked for.
        await Eventually.UntilAsync("the waits to end", TimeSpan.FromSeconds(15), _ => Task.FromResult(
            Count(log.SecondaryServices, "sigsum_log_go_http_rsp", "get-secondary-tree-head") == count), TestLog.Cancel);
    }

    [Fact]
    public async Task A_body_that_ends_in_a_reset_is_no_error_of_the_log()
    {
        await using var log = new TestLog();
        await log.StartPrimaryAsync(o => o with { Secondaries = [], NoSecondary = true });
        await ResetAfterAsync(log.ExternalUrl, "add-leaf",
            "POST /add-leaf" + Host + "Content-Length: 300\r\n\r\nmess",
            () => Count(log.PrimaryServices, "sigsum_log_go_http_req", "add-leaf") == 1);
        await Eventually.UntilAsync("the request to end", TestLog.Patience, _ => Task.FromResult(
            Count(log.PrimaryServices, "sigsum_log_go_http_rsp", "add-leaf") == 1), TestLog.Cancel);
        var page = log.PrimaryServices.Metrics.Render();
        Assert.DoesNotContain("sigsum_log_go_http_rsp{endpoint=\"add-leaf\",status=\"5", page, StringComparison.Ordinal);
        Assert.DoesNotContain("sigsum_log_go_http_rsp{endpoint=\"add-leaf\",status=\"2", page, StringComparison.Ordinal);
    }

    private static double Count(Log.Hosting.NodeServices services, string name, string endpoint) =>
        PrometheusPage.Parse(services.Metrics.Render()).Families.Values.SelectMany(family => family.Samples)
            .Where(sample => sample.Name == name && sample.Labels["endpoint"] == endpoint).Sum(sample => sample.Value);

    private static async Task ResetAfterAsync(Uri url, string endpoint, string text, Func<bool> seen)
    {
        using var socket = await ConnectAsync(url);
        await socket.SendAsync(Encoding.ASCII.GetBytes(text), TestLog.Cancel);
        await Eventually.UntilAsync(
            $"{endpoint} to be asked", TestLog.Patience, _ => Task.FromResult(seen()), TestLog.Cancel);
        socket.LingerState = new LingerOption(enable: true, seconds: 0); // closing resets
    }

    private static async Task<string> SendAsync(Uri url, string text)
    {
        using var socket = await ConnectAsync(url);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestLog.Cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        var answer = new StringBuilder();
        try
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(text), limit.Token);
            var buffer = new byte[4096];
            while (await socket.ReceiveAsync(buffer, limit.Token) is > 0 and var count)
                answer.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }
        catch (SocketException)
        {
            // Reset: the rest was not wanted.
        }

        return answer.ToString();
    }

    private static async Task<Socket> ConnectAsync(Uri url)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", url.Port, TestLog.Cancel);
        return socket;
    }
}
