using System.Net;
using System.Net.Sockets;

namespace Sigsum.Log.Tests.Admission;

/// <summary>A UDP port that takes questions and gives no answers, or wrong ones.</summary>
internal sealed class SilentDnsServer : IDisposable
{
    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));

    public IPEndPoint Endpoint => (IPEndPoint)_socket.Client.LocalEndPoint!;

    /// <summary>Waits for the next question.</summary>
    public async Task<(byte[] Question, IPEndPoint From)> ReceiveAsync(CancellationToken cancellation)
    {
        var received = await _socket.ReceiveAsync(cancellation);
        return (received.Buffer, received.RemoteEndPoint);
    }

    public async Task SendAsync(byte[] answer, IPEndPoint to, CancellationToken cancellation) =>
        await _socket.SendAsync(answer, to, cancellation);

    public void Dispose() => _socket.Dispose();
}
