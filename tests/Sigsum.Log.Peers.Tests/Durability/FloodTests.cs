using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Sigsum.Keys;
using Sigsum.Log.Peers.Tests.Instance;
using Sigsum.Testing;

namespace Sigsum.Log.Peers.Tests.Durability;

/// <summary>Thousands of connections that want no answer do not keep the others from theirs, and leave nothing.</summary>
public sealed class FloodTests
{
    private const int Connections = 2000;
    private const int HeldRequests = 500;

    private static readonly string[] HalfSent =
    [
        "", "GET /get-tr", "POST /add-leaf HTTP/1.1\r\nHost: h\r\nContent-Length: 300\r\n\r\nmess",
        "POST /add-leaf HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nmess",
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Silent_clients_and_held_requests_do_not_stop_the_log_and_leave_nothing_behind()
    {
        PeerPrograms peers = await PeerPrograms.RequireAsync(Cancellation);
        LogSetup setup = new() { Primary = ServerKind.Ours, Secondary = ServerKind.Ours };
        await using LogInstance log = await LogInstance.StartAsync(peers, setup, Cancellation);
        using LogLoad load = new(
            log.Primary.Url, OpenSshKey.ParsePublic(await File.ReadAllTextAsync(log.Key.PublicFile, Cancellation)));
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Task running = load.RunAsync(enough.Token);
        await Task.WhenAny(running, load.WaitForMoreAsync(100, Cancellation)).Unwrap();
        int before = OpenFiles(log.Primary.Process);

        for (int wave = 0; wave < 3; wave++)
        {
            List<Socket> sockets = [];
            for (int i = 0; i < Connections; i++)
                sockets.Add(await SendAsync(log.Primary.Url, HalfSent[i % HalfSent.Length]));
            for (int i = 0; i < HeldRequests; i++)
            {
                sockets.Add(await SendAsync(log.Primary.InternalUrl,
                    "GET /get-leaves/1000000/1000001 HTTP/1.1\r\nHost: h\r\nPrefer: wait=30\r\n\r\n"));
            }

            // A busy machine takes so long to open them that the node has by then given up on the first of them.
            int open = OpenFiles(log.Primary.Process);
            Assert.InRange(open, before + (Connections / 2), before + Connections + HeldRequests + 100);
            await Task.WhenAny(running, load.WaitForMoreAsync(100, Cancellation)).Unwrap();
            foreach (Socket socket in sockets)
                socket.Dispose();
            await Eventually.UntilAsync(
                "the connections to be gone", TimeSpan.FromSeconds(10),
                _ => Task.FromResult(OpenFiles(log.Primary.Process) < before + 100), Cancellation);
        }

        await enough.CancelAsync();
        await running;
        Assert.InRange(ResidentMiB(log.Primary.Process), 0, 400); // 130 before, and each wave costs up to 50 at first
        Assert.DoesNotContain("level=error", log.Primary.Process.Output.ToString(), StringComparison.Ordinal);
        await load.CheckPromisesAsync(Cancellation);
    }

    /// <summary>A connection that will be reset, not closed.</summary>
    private static async Task<Socket> SendAsync(Uri url, string text)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", url.Port, Cancellation);
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        await socket.SendAsync(Encoding.ASCII.GetBytes(text), Cancellation);
        return socket;
    }

    private static int OpenFiles(ProgramProcess process) => Directory.GetFiles($"/proc/{process.Id}/fd").Length;

    private static int ResidentMiB(ProgramProcess process) =>
        int.Parse(
            File.ReadLines($"/proc/{process.Id}/status").Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture) / 1024;
}
