namespace Sigsum.Log.Hosting;

/// <summary>The smallest and largest value that an option may have.</summary>
internal readonly record struct OptionRange<T>(T Smallest, T Largest) where T : IComparable<T>
{
    /// <summary>Whether the value lies between the two, both included.</summary>
    public bool Contains(T value) => value.CompareTo(Smallest) >= 0 && value.CompareTo(Largest) <= 0;
}

/// <summary>Every bound on an option, by the option's name; docs/operating/configuration.md prints the same.</summary>
internal static class OptionRanges
{
    /// <summary><c>--timeout</c>.</summary>
    public static OptionRange<TimeSpan> Timeout { get; } = new(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1));

    /// <summary><c>--interval</c>.</summary>
    public static OptionRange<TimeSpan> Interval { get; } = new(TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(24));

    /// <summary><c>--commit-wait</c>; zero answers 202 at once.</summary>
    public static OptionRange<TimeSpan> CommitWait { get; } = new(TimeSpan.Zero, TimeSpan.FromMinutes(1));

    /// <summary><c>--cosignature-grace</c>.</summary>
    public static OptionRange<TimeSpan> CosignatureGrace { get; } = new(TimeSpan.Zero, TimeSpan.FromMinutes(1));

    /// <summary><c>--max-range</c>; a leaf is about 270 bytes on the wire.</summary>
    public static OptionRange<int> MaxRange { get; } = new(1, 65_536);

    /// <summary><c>--witness-requests-per-day</c>; fewer than one an hour would let cosignatures go stale.</summary>
    public static OptionRange<int> WitnessRequestsPerDay { get; } = new(24, 86_400_000);

    /// <summary><c>--scrub-rate</c>; zero turns it off.</summary>
    public static OptionRange<int> ScrubRate { get; } = new(0, 1_000_000);

    /// <summary><c>--scrub-interval</c>.</summary>
    public static OptionRange<TimeSpan> ScrubInterval { get; } = new(TimeSpan.FromMinutes(1), TimeSpan.FromHours(720));

    /// <summary><c>--queue-length</c>; a waiting leaf takes about half a kilobyte.</summary>
    public static OptionRange<int> QueueLength { get; } = new(1, 1_048_576);

    /// <summary><c>--batch-size</c>.</summary>
    public static OptionRange<int> BatchSize { get; } = new(1, 65_536);
}
