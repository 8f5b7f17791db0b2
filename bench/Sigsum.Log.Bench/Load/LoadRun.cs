using System.Diagnostics;

namespace Sigsum.Log.Bench.Load;

/// <summary>
/// The load generator: so many connections, each with one request at a time, all on one thread of its own. What is
/// answered before the warm-up is over, or after the end, is not counted. Ends early where no connection has anything to
/// ask.
/// </summary>
internal sealed class LoadRun : IDisposable
{
    private readonly LoadSpec _spec;
    private readonly IWorkload _workload;
    private readonly Epoll _epoll;
    private readonly List<LoadConnection> _connections = [];
    private readonly int[] _ready;
    private readonly byte[] _buffer = new byte[256 * 1024];
    private int _busy;

    private LoadRun(LoadSpec spec, IWorkload workload)
    {
        (_spec, _workload) = (spec, workload);
        _epoll = new Epoll(spec.Connections);
        _ready = new int[spec.Connections];
    }

    /// <summary>Runs a workload.</summary>
    public static Task<LoadTime> RunAsync(LoadSpec spec, IWorkload workload, CancellationToken cancellation) =>
        Task.Factory.StartNew(
            () =>
            {
                using LoadRun run = new(spec, workload);
                return run.Run(cancellation);
            },
            cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public void Dispose()
    {
        foreach (LoadConnection connection in _connections)
            connection.Dispose();
        _epoll.Dispose();
    }

    private LoadTime Run(CancellationToken cancellation)
    {
        for (int i = 0; i < _spec.Connections; i++)
        {
            _connections.Add(new LoadConnection(_spec.Url));
            _epoll.Watch(_connections[i].Socket, i);
        }

        foreach (int number in Enumerable.Range(0, _spec.Connections))
            Send(number);
        long from = Pump(Stopwatch.GetTimestamp() + ToTicks(_spec.WarmUp), counts: false, cancellation);
        TimeSpan processor = _spec.Processor();
        long to = Pump(from + ToTicks(_spec.Duration), counts: true, cancellation);
        return new LoadTime(Stopwatch.GetElapsedTime(from, to), _spec.Processor() - processor);
    }

    /// <summary>Sends and receives until the time has come.</summary>
    /// <returns>When it ended.</returns>
    private long Pump(long until, bool counts, CancellationToken cancellation)
    {
        long now = Stopwatch.GetTimestamp();
        while (now < until && _busy > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            int some = _epoll.Wait(_ready, milliseconds: 20);
            foreach (int number in _ready.AsSpan(0, some))
            {
                LoadConnection connection = _connections[number];
                if (!connection.Receive(_buffer))
                    continue;
                _busy--;
                now = Stopwatch.GetTimestamp();
                _workload.OnAnswer(number, connection.Answer.Status, connection.SentAt, now, counts);
                Send(number);
            }

            now = Stopwatch.GetTimestamp();
        }

        return now;
    }

    private void Send(int number)
    {
        LoadConnection connection = _connections[number];
        long now = Stopwatch.GetTimestamp();
        int length = _workload.WriteRequest(number, connection.Request, now);
        if (length == 0)
            return;
        connection.Send(length, now);
        _busy++;
    }

    private static long ToTicks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
