using CsCheck;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Diagnostics.Exposition;

namespace Sigsum.Log.Tests.Diagnostics;

public sealed class NodeMetricsTests
{
    private static readonly Uri Secondary = new("http://secondary.example.org:6967");
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));
    private readonly NodeMetrics _metrics;

    public NodeMetricsTests() => _metrics = new NodeMetrics(_time);

    [Fact]
    public void Tree_sizes_show_once_they_are_known()
    {
        Assert.DoesNotContain("sigsum_log_tree_size", Page().Families);
        _metrics.Trees.SetSize(TreeStage.Local, 9);
        _metrics.Trees.SetSize(TreeStage.Replicated, 8);
        _metrics.Trees.SetSize(TreeStage.Signed, 7);
        _metrics.Trees.OnPublished(6, _time.GetUtcNow());
        PrometheusPage page = Page();
        Assert.Equal(9, page.Value("sigsum_log_tree_size", ("tree", "local")));
        Assert.Equal(8, page.Value("sigsum_log_tree_size", ("tree", "replicated")));
        Assert.Equal(7, page.Value("sigsum_log_tree_size", ("tree", "signed")));
        Assert.Equal(6, page.Value("sigsum_log_tree_size", ("tree", "published")));
    }

    [Fact]
    public void The_heads_age_grows_until_a_new_one_is_published()
    {
        _metrics.Trees.OnPublished(1, _time.GetUtcNow());
        _time.Advance(TimeSpan.FromSeconds(42));
        Assert.Equal(42, Page().Value("sigsum_log_head_age_seconds"));
        _metrics.Trees.OnPublished(1, _time.GetUtcNow());
        Assert.Equal(0, Page().Value("sigsum_log_head_age_seconds"));
    }

    [Fact]
    public void A_secondary_that_is_silent_while_the_tree_grows_falls_behind_in_leaves_and_in_time()
    {
        _metrics.Trees.SetSize(TreeStage.Local, 5);
        _metrics.Trees.SetSecondarySize(Secondary, 5);
        _time.Advance(TimeSpan.FromMinutes(1));
        AssertLag(0, 0);

        _metrics.Trees.SetSize(TreeStage.Local, 8);
        _time.Advance(TimeSpan.FromSeconds(10));
        AssertLag(3, 10);
        _metrics.Trees.SetSecondarySize(Secondary, 7);
        AssertLag(1, 10);
        _metrics.Trees.SetSecondarySize(Secondary, 9);
        AssertLag(0, 0);
    }

    [Fact]
    public void A_secondary_that_never_answered_shows_as_behind()
    {
        _metrics.Trees.SetSize(TreeStage.Local, 4);
        _metrics.Trees.SetSecondarySize(Secondary, 0);
        _time.Advance(TimeSpan.FromSeconds(3));
        AssertLag(4, 3);
    }

    [Fact]
    public void Witnesses_show_without_their_scheme_and_failures_by_status()
    {
        var witness = new Uri("https://witness.example.org/w");
        _metrics.Witnesses.OnFailed(witness, 422, retried: true);
        _metrics.Witnesses.OnFailed(witness, null, retried: false);
        _metrics.Witnesses.OnFailed(witness, 99999, retried: false);
        _metrics.Witnesses.OnQuorumMissed();
        PrometheusPage page = Page();
        const string requests = "sigsum_log_go_witness_checkpoint_requests_total";
        const string name = "witness.example.org/w";
        Assert.Equal(1, page.Value(requests, ("witness", name), ("status", "422"), ("retried", "true")));
        Assert.Equal(2, page.Value(requests, ("witness", name), ("status", "other"), ("retried", "false")));
        Assert.Equal(1, page.Value("sigsum_log_go_witness_quorum_total", ("status", "false")));
        Assert.DoesNotContain("sigsum_log_go_witness_checkpoint_request_latency", page.Families);
        Assert.DoesNotContain("sigsum_log_go_witness_quorum_latency", page.Families);
    }

    [Fact]
    public void Batches_count_leaves_sizes_and_commits()
    {
        _metrics.Pipeline.ObserveQueue(() => 17, 100);
        _metrics.Pipeline.OnBatchStored(3, TimeSpan.FromMilliseconds(4));
        _metrics.Pipeline.OnBatchStored(5000, TimeSpan.FromMilliseconds(6));
        PrometheusPage page = Page();
        Assert.Equal(17, page.Value("sigsum_log_queue_length"));
        Assert.Equal(100, page.Value("sigsum_log_queue_capacity"));
        Assert.Equal(5003, page.Value("sigsum_log_sequenced_leaves_total"));
        Assert.Equal(0, page.Value("sigsum_log_batch_leaves_bucket", ("le", "2")));
        Assert.Equal(1, page.Value("sigsum_log_batch_leaves_bucket", ("le", "4")));
        Assert.Equal(1, page.Value("sigsum_log_batch_leaves_bucket", ("le", "4096")));
        Assert.Equal(5003, page.Value("sigsum_log_batch_leaves_sum"));
        Assert.Equal(0.01, page.Value("sigsum_log_store_commit_seconds_sum"), 9);
    }

    [Fact]
    public void Role_health_and_lost_log_lines_show()
    {
        var health = new NodeHealth(NullLogger<NodeHealth>.Instance);
        health.Register("store").Met();
        HealthCondition quorum = health.Register("witness-quorum", required: false);
        _metrics.State.SetInfo("primary", "log", "n1", "1.2.3");
        _metrics.State.ObserveHealth(health);
        _metrics.State.ObserveDroppedLogLines(() => 7);
        PrometheusPage page = Page();
        Assert.Equal(1, page.Value("sigsum_log_node_info",
            ("role", "primary"), ("tree_type", "log"), ("node_id", "n1"), ("version", "1.2.3")));
        Assert.Equal(1, page.Value("sigsum_log_ready"));
        Assert.Equal(1, page.Value("sigsum_log_condition", ("condition", "store"), ("required", "true")));
        Assert.Equal(0, page.Value("sigsum_log_condition", ("condition", quorum.State.Name), ("required", "false")));
        Assert.Equal(7, page.Value("sigsum_log_dropped_log_lines_total"));
    }

    [Fact]
    public async Task A_scrape_gets_the_text_format_whatever_it_asks_for()
    {
        var context = new DefaultHttpContext();
        using var body = new MemoryStream();
        context.Response.Body = body;
        context.Request.Headers.Accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.3";
        _metrics.Http.OnRequest(EndpointNames.AddLeaf);
        await _metrics.Respond(context);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", context.Response.ContentType);
        PrometheusPage page = PrometheusPage.Parse(System.Text.Encoding.UTF8.GetString(body.ToArray()));
        Assert.Equal(1, page.Value("sigsum_log_go_http_req", ("endpoint", "add-leaf")));
    }

    [Fact]
    public void Any_label_value_reads_back_as_it_was() => Gen.String.Sample(value =>
    {
        var writer = new ExpositionWriter();
        writer.Family("f", "gauge", "help");
        writer.Sample("f", Labels.Render(["l"], [value]), 1);
        return PrometheusPage.Parse(writer.ToString()).Value("f", ("l", value)) == 1;
    });

    [Theory]
    [InlineData(double.PositiveInfinity, "+Inf")]
    [InlineData(5e-05, "5e-05")]
    [InlineData(0.1, "0.1")]
    [InlineData(10, "10")]
    public void Numbers_are_written_as_the_format_spells_them(double value, string text) =>
        Assert.Equal(text, ExpositionWriter.Number(value));

    private PrometheusPage Page() => PrometheusPage.Parse(_metrics.Render());

    private void AssertLag(double leaves, double seconds)
    {
        PrometheusPage page = Page();
        Assert.Equal(leaves, page.Value("sigsum_log_replication_lag_leaves", ("secondary", Secondary.OriginalString)));
        Assert.Equal(seconds, page.Value("sigsum_log_replication_lag_seconds", ("secondary", Secondary.OriginalString)));
    }
}
