using System.Net.Sockets;
using System.Text;
using Sigsum.Log.Http;

namespace Sigsum.Log.Tests.Http;

/// <summary>
/// Clients that go on sending, just never enough: it is the whole that is timed, not the pause between two bytes. Those that
/// send without end are cut off.
/// </summary>
public sealed class SlowClientTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    private const int Clients = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private static readonly HttpLimits Short = HttpLimits.External with
    {
        RequestHeadersTimeout = TimeSpan.FromSeconds(1),
        MinDataRateGrace = TimeSpan.FromSeconds(1.1), // the least that Kestrel takes is above its heartbeat of 1 s
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: h\r\n", "X: y\r\n")]
    [InlineData("", "G")]
    [InlineData("GET / HTTP/1.1\r\nX: ", "y")]
    [InlineData("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 900\r\n\r\n", "x")]
    [InlineData("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n")]
    public async Task A_client_that_drips_is_closed_and_others_are_served_meanwhile(string start, string drop)
    {
        await using TestServer server = await TestServer.StartAsync(Short);
        Task[] dripping = [.. Enumerable.Range(0, Clients).Select(_ => DripAsync(server.Url, start, drop))];
        using RawConnection other = await server.ConnectAsync();
        int served = 0;
        while (!Task.WhenAll(dripping).IsCompleted)
        {
            await other.SendAsync(Get);
            Assert.StartsWith("HTTP/1.1 200 ", await other.ReadUntilAsync("0\r\n\r\n"), StringComparison.Ordinal);
            served++;
        }

        await Task.WhenAll(dripping);
        Assert.InRange(served, 10, int.MaxValue);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: h\r\n", "X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: h\r\nX: ", "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy")]
    [InlineData("GET /", "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy")]
    [InlineData("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", "20\r\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n")]
    public async Task A_client_that_sends_without_end_is_closed_before_much_was_taken(string start, string more)
    {
        // Nearly as much stays in the sockets' buffers, which are the system's.
        const long most = 32 * 1024 * 1024;
        await using TestServer server = await TestServer.StartAsync(HttpLimits.External);
        using Socket socket = await ConnectAsync(server.Url);
        Assert.InRange(await SendWithoutEndAsync(socket, start, more, most), 0, most - 1);
        using RawConnection other = await server.ConnectAsync();
        await other.SendAsync(Get);
        Assert.StartsWith("HTTP/1.1 200 ", await other.ReadUntilAsync("0\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hundreds_of_requests_in_one_packet_are_answered_each_in_its_turn()
    {
        const int count = 500;
        await using TestServer server = await TestServer.StartAsync(HttpLimits.External);
        using RawConnection connection = await server.ConnectAsync();
        StringBuilder requests = new();
        for (int i = 0; i < count; i++)
            requests.Append("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: ").Append(i + 1).Append("\r\n\r\n").Append('x', i + 1);
        requests.Append("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        Task sending = connection.SendAsync(requests.ToString());
        string answers = await connection.ReadToCloseAsync();
        await sending;
        string[] heads = answers.Split("HTTP/1.1 200 OK\r\n");
        Assert.Equal(count + 2, heads.Length); // nothing is before the first; the last is of the GET
        for (int i = 0; i < count; i++)
            Assert.Contains($"\r\n{i + 1}:x", heads[i + 1], StringComparison.Ordinal);
        Assert.Contains("hello", heads[^1], StringComparison.Ordinal);
    }

    /// <summary>Ends when the server has closed the connection.</summary>
    private static async Task DripAsync(Uri url, string start, string drop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(Patience);
        using Socket socket = await ConnectAsync(url);
        try
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(start), limit.Token);
            Task<int> closed = socket.ReceiveAsync(new byte[4096], limit.Token).AsTask();
            while (!closed.IsCompleted)
            {
                await socket.SendAsync(Encoding.ASCII.GetBytes(drop), limit.Token);
                await Task.Delay(Pause, TimeProvider.System, limit.Token);
            }

            await closed; // an answer such as 408, or the end
        }
        catch (SocketException)
        {
            // reset
        }
    }

    /// <summary>How much could be sent before the server closed the connection; at most <paramref name="most"/>.</summary>
    private static async Task<long> SendWithoutEndAsync(Socket socket, string start, string more, long most)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(Patience);
        byte[] block = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(more, 1 + (8192 / more.Length))));
        long sent = 0;
        try
        {
            sent += await socket.SendAsync(Encoding.ASCII.GetBytes(start), limit.Token);
            while (sent < most)
                sent += await socket.SendAsync(block, limit.Token);
        }
        catch (SocketException)
        {
            // closed
        }

        return sent;
    }

    private static async Task<Socket> ConnectAsync(Uri url)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", url.Port, Cancel);
        return socket;
    }
}
