using System.Buffers.Binary;
using System.Net.Sockets;

namespace Sigsum.Log.Tests.Signing;

/// <summary>An agent's socket with anything behind it: answers each frame with the bytes that the test makes.</summary>
internal sealed class FakeAgent : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<byte[], byte[]?> _answer;
    private readonly Task _run;

    /// <param name="path">Where to listen.</param>
    /// <param name="answer">From a request frame without length to the bytes to send; null: never answer.</param>
    public FakeAgent(string path, Func<byte[], byte[]?> answer)
    {
        _answer = answer;
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        _run = RunAsync();
    }

    public int Connections { get; private set; }

    /// <summary>Completes with the first request that is never answered.</summary>
    public TaskCompletionSource Silent { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A frame: length and content.</summary>
    public static byte[] Frame(params byte[] content) => [.. Length(content.Length), .. content];

    /// <summary>The content of an answer with a signature.</summary>
    public static byte[] SignResponse(ReadOnlySpan<byte> signature) =>
    [
        14, .. Length(4 + 11 + 4 + signature.Length), .. Length(11), .. "ssh-ed25519"u8,
        .. Length(signature.Length), .. signature,
    ];

    /// <summary>The data of a sign request: after type and key comes its length.</summary>
    public static byte[] SignedData(byte[] request)
    {
        int position = 1 + 4 + BinaryPrimitives.ReadInt32BigEndian(request.AsSpan(1));
        int length = BinaryPrimitives.ReadInt32BigEndian(request.AsSpan(position));
        return request.AsSpan(position + 4, length).ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        try
        {
            await _run;
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or IOException)
        {
            // Stopped in the middle of something.
        }
        _stop.Dispose();
    }

    private static byte[] Length(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private async Task RunAsync()
    {
        while (true)
        {
            using var stream = new NetworkStream(await _listener.AcceptAsync(_stop.Token), ownsSocket: true);
            Connections++;
            await ServeAsync(stream);
        }
    }

    private async Task ServeAsync(NetworkStream stream)
    {
        var length = new byte[4];
        while (await stream.ReadAtLeastAsync(length, 4, throwOnEndOfStream: false, _stop.Token) == 4)
        {
            var request = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
            await stream.ReadExactlyAsync(request, _stop.Token);
            if (_answer(request) is not { } answer)
            {
                Silent.TrySetResult();
                continue;
            }
            await stream.WriteAsync(answer, _stop.Token);
            if (answer.Length == 0)
                return; // hangs up
        }
    }
}
