namespace Sigsum.Log.Diagnostics.Exposition;

/// <summary>The upper bounds of a histogram's buckets, ascending, in whole units.</summary>
internal sealed class Buckets
{
    /// <summary>Durations from 1 ms to 10 s, the bounds that log-go uses and that its dashboards expect.</summary>
    public static readonly Buckets Latency = Seconds(
        0.001, 0.002, 0.003, 0.006, 0.01, 0.02, 0.03, 0.06, 0.1, 0.2, 0.3, 0.6, 1, 2, 3, 6, 10);

    /// <summary>Durations of a synced write: 50 us to 1 s.</summary>
    public static readonly Buckets Commit = Seconds(
        0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1);

    /// <summary>Durations from 5 ms to 5 min: what a submitter waits for.</summary>
    public static readonly Buckets Wait = Seconds(
        0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300);

    /// <summary>Leaves per batch: powers of two up to 4096.</summary>
    public static readonly Buckets Leaves = new(1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096);

    private Buckets(double unitsPerOne, params double[] bounds)
    {
        UnitsPerOne = unitsPerOne;
        UpperBounds = [.. bounds.Select(bound => (long)Math.Round(bound * unitsPerOne))];
        Names = [.. bounds.Select(ExpositionWriter.Number)];
    }

    /// <summary>Stored units per unit that is shown: 10,000,000 ticks per second, 1 for plain counts.</summary>
    public double UnitsPerOne { get; }

    public long[] UpperBounds { get; }

    /// <summary>The bounds as the label <c>le</c> shows them.</summary>
    public string[] Names { get; }

    private static Buckets Seconds(params double[] bounds) => new(TimeSpan.TicksPerSecond, bounds);
}
