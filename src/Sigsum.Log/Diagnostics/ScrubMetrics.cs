using Sigsum.Log.Diagnostics.Exposition;
using Sigsum.Log.Scrubbing;

namespace Sigsum.Log.Diagnostics;

/// <summary>How far the check of the stored tree is, and what it has found.</summary>
internal sealed class ScrubMetrics
{
    private volatile Func<ScrubProgress>? _progress;

    /// <summary>Tells where to read the progress at each scrape.</summary>
    public void Observe(Func<ScrubProgress> progress) => _progress = progress;

    public void Write(ExpositionWriter writer)
    {
        if (_progress?.Invoke() is not { } progress)
            return;
        writer.Family("sigsum_log_scrub_checked_leaves", "gauge", "stored leaves checked in this pass over the store");
        writer.Sample("sigsum_log_scrub_checked_leaves", "", (long)progress.Checked);
        writer.Family("sigsum_log_scrub_pass_leaves", "gauge", "stored leaves that this pass over the store checks");
        writer.Sample("sigsum_log_scrub_pass_leaves", "", (long)progress.Size);
        writer.Family("sigsum_log_scrub_problems", "gauge", "things in the store that are not as they were written");
        writer.Sample("sigsum_log_scrub_problems", "", progress.Problems.Length);
        if (progress.LastCompleted is not { } completed)
            return;
        writer.Family("sigsum_log_scrub_last_completed_timestamp_seconds", "gauge",
            "when a pass over the store last ended and had found nothing, in seconds since 1970");
        writer.Sample(
            "sigsum_log_scrub_last_completed_timestamp_seconds", "", completed.ToUnixTimeMilliseconds() / 1000.0);
    }
}
