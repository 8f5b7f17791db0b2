using System.Globalization;
using Sigsum.Log.Diagnostics.Exposition;

namespace Sigsum.Log.Diagnostics;

/// <summary>What became of the requests to witnesses, under the names that log-go documents. Only a primary asks.</summary>
internal sealed class WitnessMetrics
{
    private readonly Family<Counter> _requests = new(
        "sigsum_log_go_witness_checkpoint_requests_total", "counter", "number of witness add-checkpoint requests",
        ["witness", "status", "retried"], _ => new Counter());

    private readonly Family<Histogram> _latency = new(
        "sigsum_log_go_witness_checkpoint_request_latency", "histogram",
        "time to get a cosignature from a witness, a retry included, in seconds", ["witness"],
        _ => new Histogram(Buckets.Latency));

    private readonly Family<Counter> _quorum = new(
        "sigsum_log_go_witness_quorum_total", "counter", "number of tree heads by whether their quorum was reached",
        ["status"], _ => new Counter());

    private readonly Family<Histogram> _quorumLatency = new(
        "sigsum_log_go_witness_quorum_latency", "histogram", "time to reach the quorum of witnesses, in seconds", [],
        _ => new Histogram(Buckets.Latency));

    /// <summary>The witness gave a good cosignature; <paramref name="elapsed"/> covers both requests after a 409.</summary>
    public void OnCosigned(Uri witness, bool retried, TimeSpan elapsed)
    {
        Count(witness, "200", retried);
        _latency.With(NameOf(witness)).Observe(elapsed);
    }

    /// <summary>
    /// The witness gave none. <paramref name="status"/> is the HTTP status of its refusal; null when there was no
    /// answer, or one that is of no use.
    /// </summary>
    public void OnFailed(Uri witness, int? status, bool retried) =>
        Count(witness, status is >= 100 and <= 599
            ? status.Value.ToString(CultureInfo.InvariantCulture) : "other", retried);

    /// <summary>The quorum for a tree head was reached after <paramref name="elapsed"/>.</summary>
    public void OnQuorumReached(TimeSpan elapsed)
    {
        _quorum.With("true").Add();
        _quorumLatency.With().Observe(elapsed);
    }

    /// <summary>The quorum for a tree head was not reached in time.</summary>
    public void OnQuorumMissed() => _quorum.With("false").Add();

    public void Write(ExpositionWriter writer)
    {
        _requests.Write(writer, (w, name, labels, counter) => w.Sample(name, labels, counter.Value));
        _latency.Write(writer, (w, name, labels, histogram) => histogram.Write(w, name, labels));
        _quorum.Write(writer, (w, name, labels, counter) => w.Sample(name, labels, counter.Value));
        _quorumLatency.Write(writer, (w, name, labels, histogram) => histogram.Write(w, name, labels));
    }

    /// <summary>The label's value: the URL as configured, without its scheme.</summary>
    private static string NameOf(Uri witness)
    {
        string url = witness.OriginalString;
        int scheme = url.IndexOf("://", StringComparison.Ordinal);
        return scheme < 0 ? url : url[(scheme + 3)..];
    }

    private void Count(Uri witness, string status, bool retried) =>
        _requests.With(NameOf(witness), status, retried ? "true" : "false").Add();
}
