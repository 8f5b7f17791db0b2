using System.Net;
using Sigsum.Crypto;
using Sigsum.Merkle;
using Sigsum.Messages;
using Sigsum.Tokens;

namespace Sigsum.Client.Tests;

/// <summary>Requests and answers of the log protocol, as they are on the wire.</summary>
public sealed class LogClientTests : ClientTest
{
    private readonly SampleTree _tree = new();

    [Fact]
    public async Task GetTreeHead_reads_the_published_head()
    {
        await using var server = RawServer.Start(Samples.OkTreeHead);
        CosignedTreeHead head = await Log(server).GetTreeHeadAsync(Cancel);
        Assert.Equal(Samples.TreeHead(_tree.Head(3)), head);
        await AssertAskedAsync(server, "GET /prefix/get-tree-head");
    }

    [Fact]
    public async Task GetInclusionProof_asks_for_size_and_leaf_hash()
    {
        InclusionProof proof = ProofBuilder.Inclusion(1, 3, _tree);
        await using var server = RawServer.Start(RawServer.Answer("200 OK", Samples.Text(proof.Write)));
        Hash leaf = Samples.Leaf(1).LeafHash();
        Assert.Equal(proof, await Log(server).GetInclusionProofAsync(new InclusionProofRequest(3, leaf), Cancel));
        await AssertAskedAsync(server, $"GET /prefix/get-inclusion-proof/3/{leaf}");
    }

    [Fact]
    public async Task GetConsistencyProof_asks_for_both_sizes()
    {
        ConsistencyProof proof = ProofBuilder.Consistency(2, 3, _tree);
        await using var server = RawServer.Start(RawServer.Answer("200 OK", Samples.Text(proof.Write)));
        Assert.Equal(proof, await Log(server).GetConsistencyProofAsync(new ConsistencyProofRequest(2, 3), Cancel));
        await AssertAskedAsync(server, "GET /prefix/get-consistency-proof/2/3");
    }

    [Fact]
    public async Task Proofs_that_are_empty_by_definition_are_not_asked_for()
    {
        LogClient nowhere = new(Http, new Uri("http://127.0.0.1:1/"));
        Hash leaf = Samples.Leaf(0).LeafHash();
        InclusionProof inclusion = await nowhere.GetInclusionProofAsync(new InclusionProofRequest(1, leaf), Cancel);
        Assert.Equal(new InclusionProof(0, []), inclusion);
        foreach (ConsistencyProofRequest sizes in new ConsistencyProofRequest[] { new(0, 5), new(5, 5) })
            Assert.Empty((await nowhere.GetConsistencyProofAsync(sizes, Cancel)).Path);
    }

    [Fact]
    public async Task GetLeaves_accepts_fewer_than_asked_for()
    {
        await using var server = RawServer.Start(Samples.OkLeaves);
        IReadOnlyList<Leaf> leaves = await Log(server).GetLeavesAsync(new LeavesRange(0, 10), Cancel);
        Assert.Equal([Samples.Leaf(0), Samples.Leaf(1)], leaves);
        await AssertAskedAsync(server, "GET /prefix/get-leaves/0/10");
    }

    [Fact]
    public async Task GetLeaves_bounds_what_it_asks_for()
    {
        await using var server = RawServer.Start(Samples.OkLeaves);
        await Log(server).GetLeavesAsync(new LeavesRange(5, ulong.MaxValue), Cancel);
        await AssertAskedAsync(server, "GET /prefix/get-leaves/5/16389");
    }

    [Fact]
    public async Task GetLeaves_rejects_more_than_asked_for_and_none()
    {
        await using var server = RawServer.Start(
            RawServer.Answer("200 OK", Samples.LeavesText(Samples.Leaf(0), Samples.Leaf(1))),
            RawServer.Answer("200 OK"));
        LogClientException tooMany =
            await FailureAsync(() => Log(server).GetLeavesAsync(new LeavesRange(0, 1), Cancel));
        Assert.Equal(LogClientFailure.TooLarge, tooMany.Failure);
        LogClientException none = await FailureAsync(() => Log(server).GetLeavesAsync(new LeavesRange(0, 1), Cancel));
        Assert.Equal(LogClientFailure.Malformed, none.Failure);
    }

    [Theory]
    [InlineData("200 OK", AddLeafStatus.Committed)]
    [InlineData("202 Accepted", AddLeafStatus.Accepted)]
    public async Task AddLeaf_sends_request_and_token(string status, AddLeafStatus expected)
    {
        await using var server = RawServer.Start(RawServer.Answer(status));
        AddLeafRequest leaf = Samples.Request(0);
        var token = new SubmitTokenHeader("bücher.example", leaf.Signature);
        Assert.Equal(expected, await Log(server).AddLeafAsync(leaf, token, Cancel));
        string request = await server.RequestAsync(Cancel);
        Assert.StartsWith("POST /prefix/add-leaf HTTP/1.1\r\n", request, StringComparison.Ordinal);
        string header = $"\r\nsigsum-token: bücher.example {leaf.Signature}\r\n";
        Assert.Contains(header, request, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n" + Samples.Text(leaf.Write), request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_names_url_status_and_the_first_line()
    {
        await using var server = RawServer.Start(RawServer.Answer(
            "429 Too Many Requests", "over \u001b[31mquota\u202e\u0000!\nsecond line", "Retry-After: 7"));
        LogClientException e = await FailureAsync(() => Log(server).AddLeafAsync(Samples.Request(0), null, Cancel));
        Assert.Equal($"{server.Url}/add-leaf: 429 Too Many Requests: over ?[31mquota??!", e.Message);
        Assert.Equal(HttpStatusCode.TooManyRequests, e.StatusCode);
        Assert.Equal(LogClientFailure.Status, e.Failure);
        Assert.Equal(TimeSpan.FromSeconds(7), e.RetryAfter);
    }

    [Fact]
    public async Task Redirects_are_not_followed()
    {
        await using var server = RawServer.Start(
            RawServer.Answer("302 Found", "", "Location: /prefix/elsewhere"), Samples.OkTreeHead);
        LogClientException e = await FailureAsync(() => Log(server).GetTreeHeadAsync(Cancel));
        Assert.Equal(HttpStatusCode.Found, e.StatusCode);
    }

    [Theory]
    [InlineData("http://h.example", "http://h.example/get-tree-head")]
    [InlineData("http://h.example/", "http://h.example/get-tree-head")]
    [InlineData("http://h.example/a/b", "http://h.example/a/b/get-tree-head")]
    [InlineData("http://h.example/a/b/", "http://h.example/a/b/get-tree-head")]
    public async Task The_base_url_may_end_in_a_slash_or_not(string baseUrl, string expected)
    {
        Uri? asked = null;
        using var http = new HttpClient(new Recorder(request => asked = request.RequestUri));
        await FailureAsync(() => new LogClient(http, new Uri(baseUrl)).GetTreeHeadAsync(Cancel));
        Assert.Equal(expected, asked?.AbsoluteUri);
    }

    [Theory]
    [InlineData("ftp://h.example/")]
    [InlineData("http://user@h.example/")]
    [InlineData("http://h.example/?q")]
    public void Other_base_urls_are_refused(string baseUrl) =>
        Assert.Throws<ArgumentException>(() => new LogClient(Http, new Uri(baseUrl)));

    private static async Task AssertAskedAsync(RawServer server, string expected) => Assert.StartsWith(
        expected + " HTTP/1.1\r\n", await server.RequestAsync(Cancel), StringComparison.Ordinal);

    private sealed class Recorder(Action<HttpRequestMessage> record) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            record(request);
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.NotFound));
        }
    }
}
