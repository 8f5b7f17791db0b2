using Microsoft.AspNetCore.Http;
using Sigsum.Log.Diagnostics.Exposition;

namespace Sigsum.Log.Diagnostics;

/// <summary>
/// Counts the requests and answers of one endpoint. Answers are counted by the latency histogram of their status,
/// so that one answer is one observation. Allocates only at the first answer with a status.
/// </summary>
internal sealed class EndpointMetrics(string labels, TimeProvider time)
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

    /// <summary>
    /// Wraps a route's handler so that its requests and answers are counted. A handler that throws counts as 500,
    /// since nothing between it and the server would make another answer of it.
    /// </summary>
    public RequestDelegate Measure(RequestDelegate handler) => context =>
    {
        OnRequest();
        long start = time.GetTimestamp();
        Task handling;
        try
        {
            handling = handler(context);
        }
        catch
        {
            OnResponse(StatusCodes.Status500InternalServerError, time.GetElapsedTime(start));
            throw;
        }
        if (!handling.IsCompletedSuccessfully)
            return Finish(handling, context, start);
        OnResponse(context.Response.StatusCode, time.GetElapsedTime(start));
        return Task.CompletedTask;
    };

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

    private async Task Finish(Task handling, HttpContext context, long start)
    {
        int status = StatusCodes.Status500InternalServerError;
        try
        {
            await handling.ConfigureAwait(false);
            status = context.Response.StatusCode;
        }
        finally
        {
            OnResponse(status, time.GetElapsedTime(start));
        }
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
