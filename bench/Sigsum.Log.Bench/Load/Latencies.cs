using System.Diagnostics;

namespace Sigsum.Log.Bench.Load;

/// <summary>Durations, all kept, and their quantiles.</summary>
internal sealed class Latencies
{
    private readonly List<long> _ticks = [];
    private bool _sorted;

    public int Count => _ticks.Count;

    public void Add(long from, long to)
    {
        _ticks.Add(to - from);
        _sorted = false;
    }

    /// <summary>The duration that this part of all stays below, in milliseconds; not a number where there are none.</summary>
    public double Quantile(double part)
    {
        if (_ticks.Count == 0)
            return double.NaN;
        if (!_sorted)
            _ticks.Sort();
        _sorted = true;
        int at = Math.Min(_ticks.Count - 1, (int)(part * _ticks.Count));
        return _ticks[at] * 1000.0 / Stopwatch.Frequency;
    }
}
