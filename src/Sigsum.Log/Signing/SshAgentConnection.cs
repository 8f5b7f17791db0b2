using System.Net.Sockets;
using Sigsum.Crypto;

namespace Sigsum.Log.Signing;

/// <summary>
/// One connection to an agent, for one request at a time. After any failure, cancellation included, it is of no more
/// use: an answer that comes late would be taken for the answer to the next request.
/// </summary>
internal sealed class SshAgentConnection : IDisposable
{
    private readonly Socket _socket;

    private SshAgentConnection(Socket socket) => _socket = socket;

    /// <summary>Connects to the agent's socket.</summary>
    /// <exception cref="SocketException">Nothing listens there.</exception>
    /// <exception cref="SshAgentException">The path is too long for a socket's.</exception>
    public static async Task<SshAgentConnection> OpenAsync(string path, CancellationToken cancellationToken)
    {
        UnixDomainSocketEndPoint address;
        try
        {
            address = new UnixDomainSocketEndPoint(path);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new SshAgentException("the path is too long for a socket", e);
        }
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(address, cancellationToken).ConfigureAwait(false);
            return new SshAgentConnection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Asks for a signature. It is not verified yet.</summary>
    /// <exception cref="SocketException">The connection is broken.</exception>
    /// <exception cref="EndOfStreamException">The agent has closed the connection.</exception>
    /// <exception cref="SshAgentException">The agent refused, or sent something else.</exception>
    public async Task<Signature> SignAsync(
        PublicKey key, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> request = SshAgentProtocol.WriteSignRequest(key, message.Span);
        while (!request.IsEmpty)
        {
            request = request[await _socket.SendAsync(request, SocketFlags.None, cancellationToken)
                .ConfigureAwait(false)..];
        }
        byte[] length = await ReceiveAsync(SshAgentProtocol.LengthSize, cancellationToken).ConfigureAwait(false);
        byte[] frame = await ReceiveAsync(SshAgentProtocol.ReadLength(length), cancellationToken).ConfigureAwait(false);
        return SshAgentProtocol.ReadSignResponse(frame);
    }

    public void Dispose() => _socket.Dispose();

    private async Task<byte[]> ReceiveAsync(int size, CancellationToken cancellationToken)
    {
        var buffer = new byte[size];
        for (int received = 0; received < size;)
        {
            int count = await _socket.ReceiveAsync(buffer.AsMemory(received), SocketFlags.None, cancellationToken)
                .ConfigureAwait(false);
            if (count == 0)
                throw new EndOfStreamException("closed the connection");
            received += count;
        }
        return buffer;
    }
}
