using System.Buffers.Binary;
using System.Net.Sockets;
using Sigsum.Log.Http;

namespace Sigsum.Log.Tests.Http;

/// <summary>
/// The node speaks HTTP/1.1 alone, so what is known against HTTP/2 does not reach it: neither by prior knowledge nor by an
/// upgrade does a connection become one.
/// </summary>
public sealed class Http2Tests
{
    private const int Streams = 10_000;
    private const byte Headers = 1;
    private const byte ResetStream = 3;
    private const byte Settings = 4;
    private const byte GoAway = 7;

    /// <summary>GOAWAY with the error HTTP_1_1_REQUIRED, which is HTTP/2's own word for "not here".</summary>
    private static ReadOnlySpan<byte> SpeakHttp1 => [0, 0, 8, GoAway, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 13];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Streams_that_are_opened_and_reset_at_once_are_not_even_read()
    {
        await using TestServer server = await TestServer.StartAsync(HttpLimits.External);
        using RawConnection other = await server.ConnectAsync();
        for (int i = 0; i < 20; i++)
        {
            byte[] answer = await SendAsync(server.Url, RapidReset());
            // A reset may overtake the answer.
            Assert.True(answer.Length == 0 || answer.AsSpan().SequenceEqual(SpeakHttp1), Convert.ToHexString(answer));
            await other.SendAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 200 ", await other.ReadUntilAsync("0\r\n\r\n"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_upgrade_is_not_taken()
    {
        await using TestServer server = await TestServer.StartAsync(HttpLimits.External);
        using RawConnection connection = await server.ConnectAsync();
        await connection.SendAsync("GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\n"
            + "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n");
        string answer = await connection.ReadToCloseAsync();
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.EndsWith("hello\r\n0\r\n\r\n", answer, StringComparison.Ordinal);
    }

    private static byte[] RapidReset()
    {
        using MemoryStream bytes = new();
        bytes.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        Write(bytes, Settings, 0, 0, []);
        for (int i = 0; i < Streams; i++)
        {
            int stream = (2 * i) + 1;
            Write(bytes, Headers, 5, stream, [0x82, 0x86, 0x84, 0x41, 1, (byte)'h']); // GET http / h, all of it
            Write(bytes, ResetStream, 0, stream, [0, 0, 0, 8]);
        }

        return bytes.ToArray();
    }

    private static void Write(Stream to, byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        Span<byte> head = stackalloc byte[9];
        head[2] = (byte)payload.Length;
        head[3] = type;
        head[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(head[5..], stream);
        to.Write(head);
        to.Write(payload);
    }

    private static async Task<byte[]> SendAsync(Uri url, byte[] bytes)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(20)); // less than Kestrel's own time-outs
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", url.Port, limit.Token);
        using MemoryStream answer = new();
        try
        {
            await socket.SendAsync(bytes, limit.Token);
        }
        catch (SocketException)
        {
            // Closed before it was all sent, and there may be an answer.
        }

        byte[] buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer, limit.Token) is > 0 and int count)
                answer.Write(buffer, 0, count);
        }
        catch (SocketException)
        {
            // reset
        }

        return answer.ToArray();
    }
}
