using System.Net;
using System.Net.Sockets;

namespace Sigsum.Log.Bench.Load;

/// <summary>One connection of the generator: sends a request at a time and reads the answer, without ever waiting.</summary>
internal sealed class LoadConnection : IDisposable
{
    private const int MaxRequest = 2048;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _request = new byte[MaxRequest];

    public LoadConnection(Uri url)
    {
        _socket.Connect(new IPEndPoint(IPAddress.Parse(url.Host), url.Port));
        _socket.Blocking = false;
    }

    public Socket Socket => _socket;

    public AnswerReader Answer { get; } = new();

    /// <summary>Where the next request is written.</summary>
    public Span<byte> Request => _request;

    public long SentAt { get; private set; }

    /// <summary>Sends what was written.</summary>
    public void Send(int length, long now)
    {
        SentAt = now;
        int sent = _socket.Send(_request.AsSpan(0, length), SocketFlags.None, out SocketError error);
        if (error != SocketError.Success || sent != length)
            throw new IOException($"a request could not be sent at once: {error}");
    }

    /// <summary>Reads what is there.</summary>
    /// <returns>Whether the answer is complete.</returns>
    public bool Receive(Span<byte> buffer)
    {
        int count = _socket.Receive(buffer, SocketFlags.None, out SocketError error);
        if (error == SocketError.WouldBlock)
            return false;
        if (error != SocketError.Success || count == 0)
            throw new IOException($"the server closed a connection: {error}");
        return Answer.Take(buffer[..count]);
    }

    public void Dispose() => _socket.Dispose();
}
