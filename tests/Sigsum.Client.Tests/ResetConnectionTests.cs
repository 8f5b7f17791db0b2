using System.Net;
using System.Net.Sockets;

namespace Sigsum.Client.Tests;

/// <summary>A server that is being killed resets connections at every moment, also right after they are made.</summary>
public sealed class ResetConnectionTests : ClientTest
{
    private const int Attempts = 2000;

    [Fact]
    public async Task A_connection_that_is_reset_at_any_moment_is_a_transport_failure()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start(backlog: 512);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        Task resetting = ResetAsync(listener, stop.Token);
        LogClient log = new(Http, new Uri($"http://{listener.LocalEndpoint}/"));
        for (int i = 0; i < Attempts; i++)
        {
            LogClientException e = await FailureAsync(() => log.GetTreeHeadAsync(Cancel));
            Assert.Equal(LogClientFailure.Transport, e.Failure);
        }

        await stop.CancelAsync();
        await resetting;
    }

    private static async Task ResetAsync(TcpListener listener, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                using Socket socket = await listener.AcceptSocketAsync(stop);
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }
}
