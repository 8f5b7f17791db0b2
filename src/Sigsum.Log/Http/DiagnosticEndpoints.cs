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
    public Task? TryHandleAsync(HttpContext context)
    {
        Func<HttpContext, Task>? answer = context.Request.Path.Value switch
        {
            "/metrics" => metrics.Respond,
            "/healthz" => c => AnswerAsync(c, health.Liveness()),
            "/readyz" => c => AnswerAsync(c, health.Readiness()),
            _ => null,
        };
        if (answer is null || context.Request.Method is "GET" or "HEAD")
            return answer?.Invoke(context);
        context.Response.Headers.Allow = "GET, HEAD";
        return Answer.ErrorAsync(context, StatusCodes.Status405MethodNotAllowed, "this page takes GET, HEAD");
    }

    private static Task AnswerAsync(HttpContext context, HealthReport report) =>
        Answer.OtherAsync(
            context, report.StatusCode, "text/plain; charset=utf-8", Answer.NotStored, Encoding.UTF8.GetBytes(report.Text));
}
