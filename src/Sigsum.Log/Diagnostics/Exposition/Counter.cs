namespace Sigsum.Log.Diagnostics.Exposition;

/// <summary>A number that only grows. Any thread may add; adding neither locks nor allocates.</summary>
internal sealed class Counter
{
    private readonly long[] _cells = new long[(Stripes.Count + 1) * Stripes.Line];

    public void Add(long amount = 1) =>
        Interlocked.Add(ref _cells[(Stripes.Current + 1) * Stripes.Line], amount);

    /// <summary>The sum of all stripes; never less than an earlier reading by the same thread.</summary>
    public long Value
    {
        get
        {
            long sum = 0;
            for (int stripe = 1; stripe <= Stripes.Count; stripe++)
                sum += Volatile.Read(ref _cells[stripe * Stripes.Line]);
            return sum;
        }
    }
}
