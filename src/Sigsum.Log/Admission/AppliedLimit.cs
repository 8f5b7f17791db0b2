namespace Sigsum.Log.Admission;

/// <summary>Which kind of line a limit comes from. Values are stored: never reuse one.</summary>
internal enum LimitKind : byte
{
    /// <summary>A <c>key</c> line.</summary>
    Key = 1,

    /// <summary>A <c>domain</c> line.</summary>
    Domain = 2,

    /// <summary>The <c>public</c> line, for one registered domain.</summary>
    Public = 3,
}

/// <summary>The name that leaves are counted under.</summary>
/// <param name="Kind">Where the limit comes from.</param>
/// <param name="Name">Key hash in hex, domain of the line, or registered domain (U-labels).</param>
internal readonly record struct CounterName(LimitKind Kind, string Name);

/// <summary>The limit that applies to a leaf.</summary>
/// <param name="Counter">What the leaf is counted under.</param>
/// <param name="Limit">Leaves per 24 hours.</param>
internal readonly record struct AppliedLimit(CounterName Counter, int Limit)
{
    /// <summary>Creates the limit.</summary>
    public AppliedLimit(LimitKind kind, string name, int limit)
        : this(new CounterName(kind, name), limit)
    {
    }
}

/// <summary>A counter in one window: what a reservation holds a place of.</summary>
/// <param name="Window">The window itself: a clock that is set back can bring another one of the same day.</param>
/// <param name="Counter">The counter.</param>
internal readonly record struct ReservedCount(RateLimitWindow Window, CounterName Counter);
