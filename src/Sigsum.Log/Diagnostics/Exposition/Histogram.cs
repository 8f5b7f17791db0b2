namespace Sigsum.Log.Diagnostics.Exposition;

/// <summary>
/// Counts observations by size. Values are whole numbers of a unit (100 ns ticks for durations, leaves for batches),
/// so sums are exact and need one atomic add. Any thread may observe; observing neither locks nor allocates.
/// </summary>
internal sealed class Histogram
{
    private readonly Buckets _buckets;
    private readonly int _stride;
    private readonly long[] _cells;

    public Histogram(Buckets buckets)
    {
        _buckets = buckets;
        // per stripe: one cell per bucket, one for what is above the last bound, one for the sum
        int cells = buckets.UpperBounds.Length + 2;
        _stride = (cells + Stripes.Line - 1) / Stripes.Line * Stripes.Line;
        _cells = new long[(_stride * Stripes.Count) + Stripes.Line];
    }

    /// <summary>Counts one duration.</summary>
    public void Observe(TimeSpan elapsed) => Observe(elapsed.Ticks);

    /// <summary>Counts one value, in the unit of the buckets.</summary>
    public void Observe(long value)
    {
        long[] bounds = _buckets.UpperBounds;
        int bucket = 0;
        while (bucket < bounds.Length && value > bounds[bucket])
            bucket++;
        int start = Stripes.Line + (Stripes.Current * _stride);
        Interlocked.Increment(ref _cells[start + bucket]);
        Interlocked.Add(ref _cells[start + bounds.Length + 1], value);
    }

    /// <summary>How many values were observed.</summary>
    public long Count
    {
        get
        {
            long count = 0;
            for (int bucket = 0; bucket <= _buckets.UpperBounds.Length; bucket++)
                count += Cell(bucket);
            return count;
        }
    }

    /// <summary>Writes the bucket, sum and count samples.</summary>
    public void Write(ExpositionWriter writer, string name, string labels)
    {
        string prefix = labels.Length == 0 ? "" : labels + ",";
        long below = 0;
        for (int bucket = 0; bucket < _buckets.UpperBounds.Length; bucket++)
        {
            below += Cell(bucket);
            writer.Sample(name + "_bucket", $"{prefix}le=\"{_buckets.Names[bucket]}\"", below);
        }
        below += Cell(_buckets.UpperBounds.Length);
        writer.Sample(name + "_bucket", prefix + "le=\"+Inf\"", below);
        writer.Sample(name + "_sum", labels, Cell(_buckets.UpperBounds.Length + 1) / _buckets.UnitsPerOne);
        // the count repeats the last bucket that was read: reading the cells again could give a larger one
        writer.Sample(name + "_count", labels, below);
    }

    private long Cell(int index)
    {
        long sum = 0;
        for (int stripe = 0; stripe < Stripes.Count; stripe++)
            sum += Volatile.Read(ref _cells[Stripes.Line + (stripe * _stride) + index]);
        return sum;
    }
}
