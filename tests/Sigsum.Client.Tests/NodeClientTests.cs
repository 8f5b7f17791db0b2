using System.Net;
using Microsoft.Extensions.Time.Testing;
using Sigsum.Messages;

namespace Sigsum.Client.Tests;

/// <summary>The internal endpoints, with peers that wait and with plain ones.</summary>
public sealed class NodeClientTests : ClientTest
{
    private static readonly TreeHead s_head = new SampleTree().Head(2);

    [Fact]
    public async Task A_feed_that_waits_says_so_and_sends_its_tree()
    {
        await using var server = RawServer.Start(RawServer.Answer("200 OK", TwoLeaves,
            "Preference-Applied: respond-async, wait=25", $"Sigsum-Node-Tree: {NodeTree.Format(s_head)}"));
        FeedBatch batch = await Feed(server).GetLeavesAsync(0, 10, TimeSpan.FromSeconds(24.5), Cancel);
        Assert.Equal([Samples.Leaf(0), Samples.Leaf(1)], batch.Leaves);
        Assert.Equal(s_head, batch.PrimaryTree);
        Assert.True(batch.WaitSupported);
        Assert.False(batch.IsEnd);
        string request = await server.RequestAsync(Cancel);
        Assert.StartsWith("GET /prefix/get-leaves/0/10 HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\nPrefer: wait=25\r\n", request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plain_feed_is_polled()
    {
        await using var server = RawServer.Start(Samples.OkLeaves);
        FeedBatch batch = await Feed(server).GetLeavesAsync(0, 10, TimeSpan.FromSeconds(25), Cancel);
        Assert.Equal(2, batch.Leaves.Count);
        Assert.Null(batch.PrimaryTree);
        Assert.False(batch.WaitSupported);
    }

    [Fact]
    public async Task Without_a_wait_none_is_asked_for()
    {
        await using var server = RawServer.Start(Samples.OkLeaves);
        await Feed(server).GetLeavesAsync(0, 10, default, Cancel);
        Assert.DoesNotContain("Prefer", await server.RequestAsync(Cancel), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_end_of_the_tree_is_no_error()
    {
        await using var server = RawServer.Start(
            RawServer.Answer("404 Not Found", "no leaves", "Preference-Applied: wait",
                $"Sigsum-Node-Tree: {NodeTree.Format(s_head)}"),
            RawServer.Answer("404 Not Found", "no leaves"));
        FeedBatch ours = await Feed(server).GetLeavesAsync(2, 10, TimeSpan.FromSeconds(25), Cancel);
        Assert.True(ours.IsEnd);
        Assert.True(ours.WaitSupported);
        Assert.Equal(s_head, ours.PrimaryTree);
        FeedBatch plain = await Feed(server).GetLeavesAsync(2, 10, TimeSpan.FromSeconds(25), Cancel);
        Assert.True(plain.IsEnd);
        Assert.False(plain.WaitSupported);
    }

    [Theory]
    [InlineData("Sigsum-Node-Tree: nonsense")]
    [InlineData("Sigsum-Node-Tree: 02 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("Sigsum-Node-Tree: 2 e3b0")]
    [InlineData("Sigsum-Node-Tree: 3 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("Sigsum-Node-Tree: 2  e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("Sigsum-Node-Tree: a\r\nSigsum-Node-Tree: b")]
    public async Task A_bad_tree_of_the_primary_is_malformed(string header)
    {
        await using var server = RawServer.Start(RawServer.Answer("200 OK", TwoLeaves, header));
        LogClientException e = await FailureAsync(() => Feed(server).GetLeavesAsync(0, 10, default, Cancel));
        Assert.Equal(LogClientFailure.Malformed, e.Failure);
    }

    [Fact]
    public async Task A_feed_that_fails_is_an_error()
    {
        await using var server = RawServer.Start(RawServer.Answer("500 Internal Server Error", "no database"));
        LogClientException e = await FailureAsync(() => Feed(server).GetLeavesAsync(0, 10, default, Cancel));
        Assert.EndsWith(
            "/get-leaves/0/10: 500 Internal Server Error: no database", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_held_request_has_that_much_more_time()
    {
        await using var server = RawServer.StartHolding();
        var time = new FakeTimeProvider();
        var options = new ClientOptions { RequestTimeout = TimeSpan.FromSeconds(3), TimeProvider = time };
        Task<FeedBatch> asked =
            new FeedClient(Http, server.Url, options).GetLeavesAsync(0, 10, TimeSpan.FromSeconds(25), Cancel);
        await server.RequestAsync(Cancel);
        time.Advance(TimeSpan.FromSeconds(27.9));
        Assert.False(asked.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(LogClientFailure.Timeout, (await FailureAsync(() => asked)).Failure);
    }

    [Fact]
    public async Task A_secondary_that_waits_is_told_the_known_size()
    {
        string head = Samples.Text(Samples.TreeHead(s_head).SignedTreeHead.Write);
        await using var server = RawServer.Start(
            RawServer.Answer("200 OK", head, "Preference-Applied: wait", "ETag: \"2\""),
            RawServer.Answer("304 Not Modified", "", "Preference-Applied: wait"));
        SecondaryAnswer news = await Secondary(server).GetTreeHeadAsync(1, TimeSpan.FromSeconds(25), Cancel);
        Assert.Equal(Samples.TreeHead(s_head).SignedTreeHead, news.Head);
        Assert.True(news.WaitSupported);
        string request = await server.RequestAsync(Cancel);
        Assert.StartsWith("GET /prefix/get-secondary-tree-head HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\nIf-None-Match: \"1\"\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\nPrefer: wait=25\r\n", request, StringComparison.Ordinal);
        SecondaryAnswer none = await Secondary(server).GetTreeHeadAsync(2, TimeSpan.FromSeconds(25), Cancel);
        Assert.Null(none.Head);
        Assert.True(none.WaitSupported);
    }

    [Fact]
    public async Task A_plain_secondary_is_polled()
    {
        string head = Samples.Text(Samples.TreeHead(s_head).SignedTreeHead.Write);
        await using var server = RawServer.Start(RawServer.Answer("200 OK", head));
        SecondaryAnswer answer = await Secondary(server).GetTreeHeadAsync(null, TimeSpan.FromSeconds(25), Cancel);
        Assert.Equal(s_head, answer.Head?.TreeHead);
        Assert.False(answer.WaitSupported);
        Assert.DoesNotContain("If-None-Match", await server.RequestAsync(Cancel), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Not_modified_is_an_error_where_no_size_was_given()
    {
        await using var server = RawServer.Start(RawServer.Answer("304 Not Modified"));
        LogClientException e = await FailureAsync(() => Secondary(server).GetTreeHeadAsync(null, default, Cancel));
        Assert.Equal(HttpStatusCode.NotModified, e.StatusCode);
    }

    private static string TwoLeaves => Samples.LeavesText(Samples.Leaf(0), Samples.Leaf(1));

    private FeedClient Feed(RawServer server) => new(Http, server.Url);

    private SecondaryClient Secondary(RawServer server) => new(Http, server.Url);
}
