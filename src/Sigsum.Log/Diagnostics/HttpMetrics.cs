using Sigsum.Log.Diagnostics.Exposition;

namespace Sigsum.Log.Diagnostics;

/// <summary>
/// Requests, answers and latency by endpoint, under the names that log-go documents. A route asks for its
/// <see cref="EndpointMetrics"/> once, when it is mapped; requests then neither look anything up nor allocate.
/// </summary>
internal sealed class HttpMetrics
{
    private readonly Family<EndpointMetrics> _endpoints = new(
        "sigsum_log_go_http_req", "counter", "number of http requests", ["endpoint"],
        labels => new EndpointMetrics(labels));

    /// <summary>
    /// The counters of one endpoint. <paramref name="name"/> is the label's value; log-go's names are those of
    /// <see cref="EndpointNames"/>, where an endpoint with arguments ends in a slash.
    /// </summary>
    public EndpointMetrics Endpoint(string name) => _endpoints.With(name);

    /// <summary>As <see cref="EndpointMetrics.OnRequest"/>, for callers that are not on a hot path.</summary>
    public void OnRequest(string endpoint) => Endpoint(endpoint).OnRequest();

    /// <summary>As <see cref="EndpointMetrics.OnResponse"/>, for callers that are not on a hot path.</summary>
    public void OnResponse(string endpoint, int status, TimeSpan elapsed) =>
        Endpoint(endpoint).OnResponse(status, elapsed);

    public void Write(ExpositionWriter writer)
    {
        _endpoints.Write(writer, (w, name, labels, endpoint) => w.Sample(name, labels, endpoint.Requests));
        EndpointMetrics[] answered = [.. _endpoints.Series.Where(endpoint => endpoint.HasResponses)];
        if (answered.Length == 0)
            return;

        writer.Family("sigsum_log_go_http_rsp", "counter", "number of http responses");
        foreach (EndpointMetrics endpoint in answered)
            endpoint.WriteResponses(writer, "sigsum_log_go_http_rsp");
        writer.Family("sigsum_log_go_http_latency", "histogram", "time from request to response, in seconds");
        foreach (EndpointMetrics endpoint in answered)
            endpoint.WriteLatency(writer, "sigsum_log_go_http_latency");
    }
}
