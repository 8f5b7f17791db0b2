using Sigsum.Log.Diagnostics.Exposition;

namespace Sigsum.Log.Diagnostics;

/// <summary>
/// Counts the requests and answers of one endpoint. Answers are counted by the latency histogram of their status,
/// so that one answer is one observation. Allocates only at the first answer with a status.
/// </summary>
internal sealed class EndpointMetrics(string labels)
{
    private const int LowestStatus = 100;
    private const int HighestStatus = 599;

    private readonly Counter _requests = new();
    private readonly Histogram?[] _byStatus = new Histogram?[HighestStatus - LowestStatus + 1];

    public long Requests => _requests.Value;

    public bool HasResponses => Responses().Any();

    /// <summary>A request has arrived.</summary>
    public void OnRequest() => _requests.Add();

    /// <summary>It was answered with <paramref name="status"/>; one outside 100..599 counts as 500.</summary>
    public void OnResponse(int status, TimeSpan elapsed)
    {
        int index = status is >= LowestStatus and <= HighestStatus ? status - LowestStatus : 500 - LowestStatus;
        Histogram histogram = Volatile.Read(ref _byStatus[index]) ?? Make(ref _byStatus[index]);
        histogram.Observe(elapsed);
    }

    public void WriteResponses(ExpositionWriter writer, string name)
    {
        foreach ((int status, Histogram histogram) in Responses())
            writer.Sample(name, $"{labels},status=\"{status}\"", histogram.Count);
    }

    public void WriteLatency(ExpositionWriter writer, string name)
    {
        foreach ((int status, Histogram histogram) in Responses())
            histogram.Write(writer, name, $"{labels},status=\"{status}\"");
    }

    private IEnumerable<(int Status, Histogram Histogram)> Responses()
    {
        for (int i = 0; i < _byStatus.Length; i++)
        {
            if (Volatile.Read(ref _byStatus[i]) is { } histogram)
                yield return (i + LowestStatus, histogram);
        }
    }

    private static Histogram Make(ref Histogram? slot)
    {
        var made = new Histogram(Buckets.Latency);
        return Interlocked.CompareExchange(ref slot, made, null) ?? made;
    }
}
