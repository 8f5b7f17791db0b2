using Microsoft.AspNetCore.Http;
using Sigsum.Log.Diagnostics.Exposition;

namespace Sigsum.Log.Diagnostics;

/// <summary>
/// All metrics of one node. Each part of the node gets the group that it reports to; <c>/metrics</c> is
/// <see cref="Respond"/>. Nothing here is shared between nodes, so several can live in one process.
/// Why these are counters of our own: docs/decisions/0006-metrics.md.
/// </summary>
internal sealed class NodeMetrics(TimeProvider time)
{
    private readonly RuntimeMetrics _runtime = new();

    public HttpMetrics Http { get; } = new();

    public WitnessMetrics Witnesses { get; } = new();

    public TreeMetrics Trees { get; } = new(time);

    public PipelineMetrics Pipeline { get; } = new();

    public ScrubMetrics Scrub { get; } = new();

    public NodeStateMetrics State { get; } = new();

    /// <summary>The whole page, in the text format 0.0.4.</summary>
    public string Render()
    {
        var writer = new ExpositionWriter();
        Http.Write(writer);
        Witnesses.Write(writer);
        Trees.Write(writer);
        Pipeline.Write(writer);
        Scrub.Write(writer);
        State.Write(writer);
        _runtime.Write(writer);
        return writer.ToString();
    }

    /// <summary>
    /// Answers a scrape. Always the text format, as log-go does: OpenMetrics, which Prometheus asks for first,
    /// demands the suffix _total on every counter and so would rename sigsum_log_go_http_req.
    /// </summary>
    public Task Respond(HttpContext context)
    {
        context.Response.ContentType = ExpositionWriter.ContentType;
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(Render(), context.RequestAborted);
    }
}
