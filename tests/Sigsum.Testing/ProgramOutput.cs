namespace Sigsum.Testing;

/// <summary>The lines that a running program has written so far, and a way to wait for one.</summary>
public sealed class ProgramOutput
{
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _openStreams = 2;

    /// <summary>Both streams together, in the order of arrival.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lock)
                return [.. _lines];
        }
    }

    public override string ToString() => string.Join('\n', Lines);

    /// <summary>The first line for which <paramref name="match"/> holds, at or after line number
    /// <paramref name="from"/>; null when the program closed its output without one.</summary>
    public async Task<string?> FindAsync(Func<string, bool> match, int from, CancellationToken cancellation)
    {
        for (int next = from; ;)
        {
            Task changed;
            lock (_lock)
            {
                for (; next < _lines.Count; next++)
                {
                    if (match(_lines[next]))
                        return _lines[next];
                }

                if (_openStreams == 0)
                    return null;
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellation);
        }
    }

    internal void Add(string? line)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            if (line is null)
                _openStreams--;
            else
                _lines.Add(line);
            changed = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }
}
