using System.Net.Sockets;
using System.Text;
using Sigsum.Messages;
using Sigsum.Testing;

namespace Sigsum.Log.Tests.Hosting;

/// <summary>
/// Clients that ask and ask and never read an answer: what the node keeps for each of them has a bound, in both directions,
/// and the others are served.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed class UnreadAnswersTests
{
    private const int Clients = 100;
    private const int Leaves = 512; // as many as one answer has at most

    /// <summary>Of requests that wait for their turn 32 KiB, of answers 64 KiB and a step, and what a connection costs anyway.</summary>
    private const int MostForOne = 192 * 1024;

    [Theory]
    [InlineData("GET /get-leaves/0/512 HTTP/1.1\r\nHost: h\r\n\r\n")]
    [InlineData("GET /get-tree-head HTTP/1.1\r\nHost: h\r\n\r\n")]
    public async Task Clients_that_never_read_cost_a_bounded_amount_of_memory_each(string request)
    {
        await using TestLog log = new();
        await log.FillAsync(Leaves, Leaves);
        await log.StartPrimaryAsync(o => o with { Secondaries = [], NoSecondary = true });
        await CheckLeavesAsync(log);
        long before = GC.GetTotalMemory(forceFullCollection: true);

        List<Socket> sockets = [];
        try
        {
            byte[] many = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(request, 200)));
            for (int i = 0; i < Clients; i++)
            {
                Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                sockets.Add(socket);
                (socket.ReceiveBufferSize, socket.SendBufferSize) = (4096, 4096);
                await socket.ConnectAsync("127.0.0.1", log.ExternalUrl.Port, TestLog.Cancel);
                socket.Blocking = false;
            }

            // Until nobody could send anything for a while: all buffers are full, the system's too.
            int quiet = 0;
            await Eventually.UntilAsync("the node to take no more", TestLog.Patience, _ =>
            {
                int sent = 0;
                foreach (Socket socket in sockets)
                    sent += Send(socket, many);
                quiet = sent == 0 ? quiet + 1 : 0;
                return Task.FromResult(quiet == 20);
            }, TestLog.Cancel);
            long each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Clients;
            Assert.InRange(each, long.MinValue, MostForOne);
            await CheckLeavesAsync(log);
        }
        finally
        {
            foreach (Socket socket in sockets)
            {
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
                socket.Dispose();
            }
        }
    }

    /// <summary>Whoever reads gets every leaf in its place, though they are sent in steps.</summary>
    private static async Task CheckLeavesAsync(TestLog log)
    {
        List<Leaf> expected = [];
        for (int i = 0; i < Leaves; i++)
            expected.Add((await log.RequestAsync(i)).ToLeaf());
        Assert.Equal(expected, await log.Client.GetLeavesAsync(new(0, Leaves), TestLog.Cancel));
    }

    /// <summary>How many bytes were taken; 0 where the buffers are full, or the node has closed the connection.</summary>
    private static int Send(Socket socket, byte[] bytes)
    {
        try
        {
            return socket.Send(bytes);
        }
        catch (SocketException)
        {
            return 0;
        }
    }
}
