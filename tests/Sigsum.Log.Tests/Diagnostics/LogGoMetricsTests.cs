using Microsoft.Extensions.Time.Testing;
using Sigsum.Log.Diagnostics;

namespace Sigsum.Log.Tests.Diagnostics;

/// <summary>Dashboards and alerts made for log-go find here what they look for.</summary>
public sealed class LogGoMetricsTests
{
    private static readonly Uri Witness = new("https://witness.example.org/w");

    [Fact]
    public void Every_documented_family_is_there_with_its_type_and_labels()
    {
        PrometheusPage ours = PrometheusPage.Parse(BusyNode().Render());
        foreach (string line in Resource("log-go-documented-metrics.txt").Split('\n'))
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            string[] words = line.Split(' ');
            PrometheusFamily family = Assert.Contains(words[0], ours.Families);
            Assert.Equal(words[1], family.Type);
            Assert.Equal(words[2..].Order(), family.LabelNames);
        }
    }

    [Fact]
    public void No_family_of_that_prefix_is_our_invention()
    {
        string documented = Resource("log-go-documented-metrics.txt");
        PrometheusPage ours = PrometheusPage.Parse(BusyNode().Render());
        Assert.All(ours.Families.Keys.Where(name => name.StartsWith("sigsum_log_go_", StringComparison.Ordinal)),
            name => Assert.Contains(name + " ", documented, StringComparison.Ordinal));
    }

    [Fact]
    public void The_http_families_of_a_real_log_go_are_there_with_its_types_labels_and_buckets()
    {
        PrometheusPage ours = PrometheusPage.Parse(BusyNode().Render());
        PrometheusPage theirs = PrometheusPage.Parse(Resource("log-go-0.15.2-metrics.txt"));
        PrometheusFamily[] http = [.. theirs.Families.Values
            .Where(family => family.Name.StartsWith("http_", StringComparison.Ordinal))];
        Assert.Equal(["http_latency", "http_req", "http_rsp"], http.Select(family => family.Name));
        foreach (PrometheusFamily their in http)
        {
            PrometheusFamily our = Assert.Contains("sigsum_log_go_" + their.Name, ours.Families);
            Assert.Equal(their.Type, our.Type);
            Assert.Equal(their.LabelNames.Where(name => name != "logid"), our.LabelNames);
            Assert.Equal(Values(their, "le"), Values(our, "le"));
            Assert.Subset(Values(our, "endpoint"), Values(their, "endpoint"));
        }
    }

    [Fact]
    public void The_process_families_of_a_real_log_go_are_there_too()
    {
        PrometheusPage ours = PrometheusPage.Parse(BusyNode().Render());
        PrometheusPage theirs = PrometheusPage.Parse(Resource("log-go-0.15.2-metrics.txt"));
        string[] left = ["process_network_receive_bytes_total", "process_network_transmit_bytes_total",
            "process_virtual_memory_max_bytes"];
        PrometheusFamily[] expected = [.. theirs.Families.Values.Where(family =>
            family.Name.StartsWith("process_", StringComparison.Ordinal) && !left.Contains(family.Name))];
        Assert.NotEmpty(expected);
        foreach (PrometheusFamily their in expected)
        {
            PrometheusFamily our = Assert.Contains(their.Name, ours.Families);
            Assert.Equal(their.Type, our.Type);
            Assert.True(our.Samples.Single().Value > 0, their.Name);
        }
    }

    private static NodeMetrics BusyNode()
    {
        var metrics = new NodeMetrics(new FakeTimeProvider());
        string[] endpoints = [EndpointNames.AddLeaf, EndpointNames.GetTreeHead, EndpointNames.GetInclusionProof,
            EndpointNames.GetConsistencyProof, EndpointNames.GetLeaves, EndpointNames.GetSecondaryTreeHead];
        foreach (string endpoint in endpoints)
        {
            metrics.Http.OnRequest(endpoint);
            metrics.Http.OnResponse(endpoint, 200, TimeSpan.FromMilliseconds(1));
        }
        metrics.Witnesses.OnCosigned(Witness, retried: true, TimeSpan.FromMilliseconds(20));
        metrics.Witnesses.OnQuorumReached(TimeSpan.FromMilliseconds(30));
        return metrics;
    }

    private static HashSet<string> Values(PrometheusFamily family, string label) =>
        [.. family.Samples.Where(sample => sample.Labels.ContainsKey(label)).Select(sample => sample.Labels[label])];

    private static string Resource(string name)
    {
        using Stream stream = typeof(LogGoMetricsTests).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
