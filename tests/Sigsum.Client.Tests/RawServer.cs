using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace Sigsum.Client.Tests;

/// <summary>
/// A TCP listener that reads a request and sends whatever bytes the test wants, valid HTTP or not. One answer per
/// connection, in order; the last one is repeated.
/// </summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<string> _requests = Channel.CreateUnbounded<string>();
    private readonly byte[][] _answers;
    private readonly bool _hold;
    private readonly Task _run;

    private RawServer(bool hold, string[] answers)
    {
        _hold = hold;
        _answers = [.. answers.Select(Encoding.UTF8.GetBytes)];
        _listener.Start();
        _run = RunAsync();
    }

    public Uri Url => new($"http://{_listener.LocalEndpoint}/prefix");

    /// <summary>Closes each connection after its answer.</summary>
    public static RawServer Start(params string[] answers) => new(hold: false, answers);

    /// <summary>Leaves each connection open after its answer, which may be incomplete.</summary>
    public static RawServer StartHolding(string answer = "") => new(hold: true, [answer]);

    /// <summary>A well-formed answer.</summary>
    public static string Answer(string status, string body = "", params string[] headers)
    {
        string length = Encoding.UTF8.GetByteCount(body).ToString(CultureInfo.InvariantCulture);
        string[] head = [$"HTTP/1.1 {status}", $"Content-Length: {length}", "Connection: close", .. headers];
        return string.Join("\r\n", head) + "\r\n\r\n" + body;
    }

    /// <summary>The next request, as it came in: head and body.</summary>
    public ValueTask<string> RequestAsync(CancellationToken cancellationToken) =>
        _requests.Reader.ReadAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
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

    private async Task RunAsync()
    {
        var connections = new List<Task>();
        for (int i = 0; !_stop.IsCancellationRequested; i++)
        {
            TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
            connections.Add(ServeAsync(client, _answers[Math.Min(i, _answers.Length - 1)]));
        }
        await Task.WhenAll(connections);
    }

    private async Task ServeAsync(TcpClient client, byte[] answer)
    {
        using TcpClient _ = client;
        NetworkStream stream = client.GetStream();
        string request = await ReadRequestAsync(stream);
        await _requests.Writer.WriteAsync(request, _stop.Token);
        await stream.WriteAsync(answer, _stop.Token);
        if (_hold)
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _stop.Token);
    }

    private async Task<string> ReadRequestAsync(NetworkStream stream)
    {
        var request = new StringBuilder();
        var buffer = new byte[4096];
        while (!IsWhole(request.ToString()))
        {
            int count = await stream.ReadAsync(buffer, _stop.Token);
            if (count == 0)
                break;
            request.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }
        return request.ToString();
    }

    private static bool IsWhole(string request)
    {
        int end = request.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
            return false;
        const string name = "Content-Length: ";
        int length = request.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        return length < 0 || Encoding.UTF8.GetByteCount(request.AsSpan(end + 4)) >= int.Parse(
            request.AsSpan(length + name.Length, request.IndexOf('\r', length) - length - name.Length),
            CultureInfo.InvariantCulture);
    }
}
