namespace Sigsum.Log.Witnessing;

/// <summary>
/// Keeps the long-run number of requests to each witness under what its operator accepts, and lets bursts through:
/// a bucket that fills at the daily rate and holds an hour of it. Owned by one loop.
/// </summary>
internal sealed class RotationBudget
{
    private readonly double _perSecond;
    private readonly double _capacity;
    private readonly TimeProvider _time;
    private double _tokens;
    private long _updated;

    /// <param name="requestsPerDay">Requests that each witness accepts a day; at least one.</param>
    /// <param name="time">The clock.</param>
    public RotationBudget(int requestsPerDay, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(requestsPerDay, 1);
        _time = time;
        _perSecond = requestsPerDay / 86400.0;
        _capacity = Math.Max(1, requestsPerDay / 24.0);
        _tokens = _capacity;
        _updated = _time.GetTimestamp();
    }

    /// <summary>How long to wait until one more rotation is within the budget; zero when it is now.</summary>
    public TimeSpan UntilNext()
    {
        Refill();
        return _tokens >= 1 ? TimeSpan.Zero : TimeSpan.FromSeconds((1 - _tokens) / _perSecond);
    }

    /// <summary>Counts one rotation. A refresh that is due is never held back, so the bucket may go below zero.</summary>
    public void Spend()
    {
        Refill();
        _tokens = Math.Max(_tokens - 1, -_capacity);
    }

    private void Refill()
    {
        var now = _time.GetTimestamp();
        _tokens = Math.Min(_capacity, _tokens + _time.GetElapsedTime(_updated, now).TotalSeconds * _perSecond);
        _updated = now;
    }
}
