using System.Text;

namespace Sigsum.Log.Bench.Load;

/// <summary>Readers: each connection asks for one of many paths after the other.</summary>
internal sealed class ReadWorkload : IWorkload
{
    private readonly byte[][] _requests;
    private int _next;

    /// <param name="paths">What is asked, in this order, again and again.</param>
    public ReadWorkload(IEnumerable<string> paths) =>
        _requests = [.. paths.Select(path => Encoding.ASCII.GetBytes($"GET /{path} HTTP/1.1\r\nHost: log\r\n\r\n"))];

    /// <summary>Answers within the time that is measured.</summary>
    public int Answered => Latencies.Count;

    /// <summary>Answers other than 200: none are expected.</summary>
    public int Refused { get; private set; }

    public Latencies Latencies { get; } = new();

    public int WriteRequest(int connection, Span<byte> buffer, long now)
    {
        byte[] request = _requests[_next];
        _next = (_next + 1) % _requests.Length;
        request.CopyTo(buffer);
        return request.Length;
    }

    public void OnAnswer(int connection, int status, long sentAt, long now, bool counts)
    {
        if (status != 200)
            Refused++;
        else if (counts)
            Latencies.Add(sentAt, now);
    }
}
