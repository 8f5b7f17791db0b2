using System.Net;
using Sigsum.Client;
using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Tests.Failover;

/// <summary>A primary since when another one was promoted, while it cannot become that one's secondary yet.</summary>
public sealed class RetiredTests
{
    [Fact]
    public async Task What_a_primary_holds_that_was_promoted_over_is_fetched_by_the_next_promotion()
    {
        var (log, nodes) = await FailoverLog.StartAsync(2);
        await using var _ = log;
        var (a, b, c) = (nodes[0], nodes[1], nodes[2]);
        var record = await PromoteTwiceAsync(a, b, c);
        await b.StartRetiredAsync(c);
        await c.StopAsync();

        var report = await c.PromoteAsync(a);
        Assert.Contains(report.Steps, step => step.Name == "fetched" && step.Finding.Contains("size 2 now", StringComparison.Ordinal));
        using (var store = RocksDbLogStore.Open(c.Directory))
        {
            Assert.Equal(2ul, store.TreeHead.Size);
            Assert.Equal(record.Id(), Succession.Load(store)!.Id());
        }

        await c.StartPrimaryAsync([b]);
        await b.RejoinedAsync();
        await b.StartSecondaryAsync(c);
        await c.CommitAsync(2);
        await c.CommitAsync(3);
        Assert.Equal(3ul, (await c.PublishedAsync(3)).SignedTreeHead.TreeHead.Size);
    }

    [Fact]
    public async Task It_gives_its_leaves_to_nobody_who_follows_the_log_and_what_it_holds_counts_for_no_signature()
    {
        var (log, nodes) = await FailoverLog.StartAsync(2);
        await using var _ = log;
        var (a, b, c) = (nodes[0], nodes[1], nodes[2]);
        await PromoteTwiceAsync(a, b, c);
        await b.StartRetiredAsync(c);

        var feed = await Assert.ThrowsAsync<LogClientException>(
            () => new FeedClient(log.Http, b.InternalUrl).GetLeavesAsync(0, 2, default, FailoverLog.Cancel));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, feed.StatusCode);
        var asSecondary = new SecondaryClient(log.Http, b.InternalUrl);
        var acknowledged = await Assert.ThrowsAsync<LogClientException>(
            () => asSecondary.GetTreeHeadAsync(cancellationToken: FailoverLog.Cancel));
        Assert.Equal(HttpStatusCode.NotFound, acknowledged.StatusCode);
        var stranger = await Assert.ThrowsAsync<LogClientException>(() => asSecondary.GetHeldTreeHeadAsync(FailoverLog.Cancel));
        Assert.Equal(HttpStatusCode.Conflict, stranger.StatusCode);
        var client = await Assert.ThrowsAsync<LogClientException>(() => b.AddAsync(7));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, client.StatusCode);

        var status = b.Retired!.Status();
        Assert.True(status.Running);
        Assert.False(status.ReadyForFailover);
        Assert.Contains("in epoch 2", Assert.Single(status.NotReadyBecause), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_takes_note_of_a_later_promotion_while_it_waits()
    {
        var (log, nodes) = await FailoverLog.StartAsync(2);
        await using var _ = log;
        var (a, b, c) = (nodes[0], nodes[1], nodes[2]);
        var record = await PromoteTwiceAsync(a, b, c);
        await b.StartRetiredAsync(c);
        var later = await PromotionRecord.SignAsync(
            3, a.Id, a.InternalUrl, record.TreeHead, DateTimeOffset.UnixEpoch, log.LogKey, FailoverLog.Cancel);
        var node = new NodeClient(log.Http, b.InternalUrl);
        Assert.True((await node.AddPromotionAsync(later, FailoverLog.Cancel)).IsStored);
        Assert.False((await node.AddPromotionAsync(record, FailoverLog.Cancel)).IsStored);
        await b.StopAsync();
        using var store = RocksDbLogStore.Open(b.Directory);
        Assert.Equal(later.Id(), Succession.Load(store)!.Id());
    }

    /// <summary>
    /// b is promoted, and takes a leaf that it signs no head for; then the promotion of c is broken off, since b is away. At
    /// the end b is stopped and knows of it, and c runs as a secondary.
    /// </summary>
    /// <returns>The promotion of c.</returns>
    private static async Task<PromotionRecord> PromoteTwiceAsync(FailoverNode a, FailoverNode b, FailoverNode c)
    {
        await a.StopAsync();
        await b.StopAsync();
        await b.PromoteAsync(a);
        await c.StopAsync();
        await b.StartPrimaryAsync([c]);
        Assert.Equal(AddLeafStatus.Accepted, await b.AddAsync(2));
        await b.StopAsync();

        var refused = await Assert.ThrowsAsync<FailoverException>(() => c.PromoteAsync(a));
        Assert.Contains("1 of 2 secondaries know of the promotion", refused.Message, StringComparison.Ordinal);
        await c.StartSecondaryAsync(a);
        await Assert.ThrowsAsync<SupersededException>(() => b.StartPrimaryAsync([c]));
        using var store = RocksDbLogStore.Open(b.Directory);
        return Succession.Load(store)!;
    }
}
