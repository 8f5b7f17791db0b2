namespace Sigsum.Log.Bench.Results;

/// <summary>Smallest, middle and largest of some figures.</summary>
internal readonly record struct Spread(double Min, double Median, double Max)
{
    /// <summary>Of at least one figure.</summary>
    public static Spread Of(IEnumerable<double> figures)
    {
        double[] sorted = [.. figures.Order()];
        int middle = sorted.Length / 2;
        double median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(sorted[0], median, sorted[^1]);
    }

    /// <summary>The figure that this part of all stays below; of at least one figure.</summary>
    public static double Quantile(IEnumerable<double> figures, double part)
    {
        double[] sorted = [.. figures.Order()];
        return sorted[Math.Min(sorted.Length - 1, (int)(part * sorted.Length))];
    }
}
