using System.Text;
using Microsoft.Extensions.Logging;

namespace Sigsum.Log.Diagnostics.Logging;

/// <summary>
/// Takes lines from any thread and writes them on a thread of its own, so that a slow disk or a stuck pipe never
/// holds up the node. Holds a bounded number of lines; when there are more, new ones are dropped, those below
/// warning first, and the loss is reported by a line of its own as soon as there is room.
/// </summary>
internal sealed class LogQueue : IDisposable
{
    /// <summary>Lines that may wait, unless told otherwise.</summary>
    public const int DefaultCapacity = 8192;

    /// <summary>How long stopping waits for an output that takes nothing.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(5);

    private readonly object _gate = new();
    private readonly Queue<string> _lines = new();
    private readonly ILogOutput _output;
    private readonly LineFormatter _formatter;
    private readonly int _capacity;
    private readonly Thread _thread;
    private long _dropped;
    private long _added;
    private long _done;
    private long _reopensAsked;
    private long _reopensDone;
    private bool _stopping;
    private bool _finalReportTried;

    private LogQueue(ILogOutput output, LineFormatter formatter, int capacity)
    {
        _output = output;
        _formatter = formatter;
        _capacity = capacity;
        _thread = new Thread(Run) { IsBackground = true, Name = "log writer" };
    }

    /// <summary>Lines lost so far, to a full queue or a failing output.</summary>
    public long Dropped
    {
        get
        {
            lock (_gate)
                return _dropped;
        }
    }

    /// <summary>Starts writing to <paramref name="output"/>, which the queue owns from now on.</summary>
    public static LogQueue Start(ILogOutput output, LineFormatter formatter, int capacity = DefaultCapacity)
    {
        var queue = new LogQueue(output, formatter, capacity);
        queue._thread.Start();
        return queue;
    }

    /// <summary>Hands over one line; never waits for the output.</summary>
    public void Add(LogLevel level, string line)
    {
        // the last quarter is kept for what somebody must see
        int room = level < LogLevel.Warning ? _capacity - (_capacity / 4) : _capacity;
        lock (_gate)
        {
            if (_lines.Count >= room || _stopping)
            {
                _dropped++;
                return;
            }
            _lines.Enqueue(line);
            _added++;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Has the output opened anew before the next line is written.</summary>
    public void Reopen()
    {
        lock (_gate)
        {
            _reopensAsked++;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits until what was added before is written; false if that takes longer than the patience.</summary>
    public bool Flush(TimeSpan patience)
    {
        lock (_gate)
        {
            long target = _added;
            long reopens = _reopensAsked;
            long deadline = Environment.TickCount64 + (long)patience.TotalMilliseconds;
            while (_done < target || _reopensDone < reopens)
            {
                long left = deadline - Environment.TickCount64;
                if (left <= 0 || !Monitor.Wait(_gate, TimeSpan.FromMilliseconds(left)))
                    return _done >= target && _reopensDone >= reopens;
            }
            return true;
        }
    }

    /// <summary>Writes what is there, then stops; gives up on an output that takes nothing for five seconds.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.PulseAll(_gate);
        }
        if (_thread.Join(StopPatience))
            _output.Dispose();
    }

    private void Run()
    {
        long reported = 0;
        while (Next(reported) is var (lines, count, reopens, dropped))
        {
            if (reopens > _reopensDone)
                TryReopen();
            if (dropped > reported)
                lines += Note(LogLevel.Warning, "LinesDropped", $"{dropped - reported} log lines were dropped");
            bool written = lines.Length == 0 || TryWrite(lines);
            if (written)
                reported = dropped;
            lock (_gate)
            {
                _done += count;
                _reopensDone = reopens;
                if (!written)
                    _dropped += count;
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>Waits for something to do: all lines there are, and how many; null when there is nothing left.</summary>
    private (string Lines, int Count, long Reopens, long Dropped)? Next(long reported)
    {
        lock (_gate)
        {
            while (_lines.Count == 0 && _reopensDone == _reopensAsked && !_stopping)
                Monitor.Wait(_gate);
            bool finalReport = _stopping && _dropped > reported && !_finalReportTried;
            _finalReportTried |= finalReport && _lines.Count == 0;
            if (_lines.Count == 0 && _reopensDone == _reopensAsked && !finalReport)
                return null;
            int count = _lines.Count;
            string lines = string.Concat(_lines);
            _lines.Clear();
            return (lines, count, _reopensAsked, _dropped);
        }
    }

    private void TryReopen()
    {
        try
        {
            _output.Reopen();
        }
        catch (IOException e)
        {
            TryWrite(Note(LogLevel.Error, "ReopenFailed", $"cannot reopen the log file, going on with the old one: {e.Message}"));
        }
    }

    /// <summary>False if the output failed: a full disk loses log lines, and must not stop the node.</summary>
    private bool TryWrite(string lines)
    {
        try
        {
            _output.Write(Encoding.UTF8.GetBytes(lines));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private string Note(LogLevel level, string name, string message) =>
        _formatter.Format<object?>("Sigsum.Log.Diagnostics.Log", level, new EventId(0, name), null, null, message);
}
