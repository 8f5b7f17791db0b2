using System.Text;
using Microsoft.AspNetCore.Http;
using Sigsum.Log.Diagnostics;

namespace Sigsum.Log.Http;

/// <summary>
/// What monitoring asks on the internal endpoint, without the URL prefix as in log-go: /metrics, /healthz (is the
/// process alive) and /readyz (can it do its job, and if not, why).
/// </summary>
internal sealed class DiagnosticEndpoints(NodeMetrics metrics, NodeHealth health)
{
    /// <summary>Answers, or returns null where the path is none of these.</summary>
    public Task? TryHandleAsync(HttpContext context) => context.Request.Path.Value switch
    {
        "/metrics" when HttpMethods.IsGet(context.Request.Method) => metrics.Respond(context),
        "/healthz" => AnswerAsync(context, health.Liveness()),
        "/readyz" => AnswerAsync(context, health.Readiness()),
        _ => null,
    };

    private static Task AnswerAsync(HttpContext context, HealthReport report) =>
        Answer.OtherAsync(
            context, report.StatusCode, "text/plain; charset=utf-8", Answer.NotStored, Encoding.UTF8.GetBytes(report.Text));
}
