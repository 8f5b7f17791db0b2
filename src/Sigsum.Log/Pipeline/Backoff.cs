namespace Sigsum.Log.Pipeline;

/// <summary>Waits that double from <paramref name="first"/> up to <paramref name="most"/>.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan most)
{
    private TimeSpan? _next;

    /// <summary>The wait before the next try.</summary>
    public TimeSpan Next()
    {
        var current = _next ?? first;
        _next = current * 2 < most ? current * 2 : most;
        return current;
    }

    /// <summary>The last try went well.</summary>
    public void Reset() => _next = null;
}
