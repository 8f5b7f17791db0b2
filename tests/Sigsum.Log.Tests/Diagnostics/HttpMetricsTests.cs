using Sigsum.Log.Diagnostics;

namespace Sigsum.Log.Tests.Diagnostics;

public sealed class HttpMetricsTests
{
    private const string Latency = "sigsum_log_go_http_latency";
    private readonly NodeMetrics _metrics;
    private readonly EndpointMetrics _endpoint;

    public HttpMetricsTests()
    {
        _metrics = new NodeMetrics(TimeProvider.System);
        _endpoint = _metrics.Http.Endpoint(EndpointNames.GetTreeHead);
    }

    [Fact]
    public void Counting_a_request_allocates_nothing()
    {
        CountOne();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
            CountOne();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void CountOne()
        {
            _endpoint.OnRequest();
            _endpoint.OnResponse(200, TimeSpan.FromMilliseconds(2));
        }
    }

    [Fact]
    public void No_count_is_lost_between_threads()
    {
        const int each = 50_000;
        Parallel.For(0, 8, worker =>
        {
            for (int i = 0; i < each; i++)
            {
                _endpoint.OnRequest();
                _endpoint.OnResponse(200 + (worker % 2), TimeSpan.FromTicks(10));
            }
        });
        PrometheusPage page = PrometheusPage.Parse(_metrics.Render());
        Assert.Equal(8 * each, page.Value("sigsum_log_go_http_req", ("endpoint", "get-tree-head")));
        Assert.Equal(4 * each, page.Value("sigsum_log_go_http_rsp", ("endpoint", "get-tree-head"), ("status", "201")));
        Assert.Equal(4 * each * 1e-6, page.Value(Latency + "_sum", ("endpoint", "get-tree-head"), ("status", "200")), 9);
    }

    [Fact]
    public void A_latency_on_a_bound_is_within_the_bound_and_one_above_is_not()
    {
        _endpoint.OnResponse(200, TimeSpan.FromMilliseconds(2));
        _endpoint.OnResponse(200, TimeSpan.FromMilliseconds(2) + TimeSpan.FromTicks(1));
        _endpoint.OnResponse(200, TimeSpan.FromSeconds(11));
        PrometheusPage page = PrometheusPage.Parse(_metrics.Render());
        Assert.Equal(0, Bucket(page, "0.001"));
        Assert.Equal(1, Bucket(page, "0.002"));
        Assert.Equal(2, Bucket(page, "0.003"));
        Assert.Equal(2, Bucket(page, "10"));
        Assert.Equal(3, Bucket(page, "+Inf"));
        Assert.Equal(3, page.Value(Latency + "_count", ("endpoint", "get-tree-head"), ("status", "200")));
    }

    [Theory]
    [InlineData(99, "500")]
    [InlineData(100, "100")]
    [InlineData(599, "599")]
    [InlineData(600, "500")]
    public void A_status_that_is_none_counts_as_500(int status, string label)
    {
        _endpoint.OnResponse(status, TimeSpan.Zero);
        PrometheusPage page = PrometheusPage.Parse(_metrics.Render());
        Assert.Equal(1, page.Value("sigsum_log_go_http_rsp", ("endpoint", "get-tree-head"), ("status", label)));
    }

    private static double Bucket(PrometheusPage page, string bound) =>
        page.Value(Latency + "_bucket", ("endpoint", "get-tree-head"), ("status", "200"), ("le", bound));
}
