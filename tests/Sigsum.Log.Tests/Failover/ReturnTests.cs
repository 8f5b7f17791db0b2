using System.Net;
using Sigsum.Client;
using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Log.Storage;
using Sigsum.Log.Tests.Hosting;
using Sigsum.Messages;

namespace Sigsum.Log.Tests.Failover;

/// <summary>An old primary that comes back after another node was promoted.</summary>
public sealed class ReturnTests
{
    [Fact]
    public async Task With_its_old_configuration_it_hears_of_the_promotion_before_it_starts()
    {
        var (log, a, b) = await PromotedAsync();
        await using var _ = log;
        var ended = await Assert.ThrowsAsync<SupersededException>(() => a.StartPrimaryAsync([b]));
        Assert.Contains("promotion record of epoch 1", ended.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_secondary_it_signs_nothing_until_it_has_heard_from_the_one_that_it_had()
    {
        var (log, a, b) = await PromotedAsync();
        await using var _ = log;
        await b.StopAsync();
        await a.StartPrimaryAsync([]);
        await TestLog.NotReadyAsync(a.Services, "no longer among the secondaries");
        Assert.Equal(AddLeafStatus.Accepted, await a.AddAsync(50));
        Assert.Equal(1ul, (await a.Client.GetTreeHeadAsync(FailoverLog.Cancel)).SignedTreeHead.TreeHead.Size);

        // The promoted one is there again: the old one is fenced at the first contact.
        await b.StartPrimaryAsync([], change: o => o with { LostNodes = [] });
        await TestLog.NotReadyAsync(a.Services, "was promoted in epoch 1");
        await a.StopAsync();
        await Assert.ThrowsAsync<SupersededException>(() => a.StartPrimaryAsync([]));
    }

    [Fact]
    public async Task With_a_fresh_secondary_it_is_fenced_by_the_one_that_it_had()
    {
        var (log, a, b) = await PromotedAsync();
        await using var _ = log;
        var fresh = log.Add("fresh");
        await fresh.StartSecondaryAsync(a);
        await a.StartPrimaryAsync([fresh]);
        await TestLog.NotReadyAsync(a.Services, "was promoted in epoch 1");
        var leaf = await Assert.ThrowsAsync<LogClientException>(() => a.AddAsync(50));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, leaf.StatusCode);
        Assert.Equal(1ul, new Log.Signing.SthFile(a.SthFile, HostDisk.Instance).Load(log.LogKey.PublicKey).TreeHead.Size);
    }

    [Fact]
    public async Task It_becomes_a_secondary_and_leaves_that_nobody_signed_are_set_aside()
    {
        var (log, nodes) = await FailoverLog.StartAsync(1);
        await using var _ = log;
        var (a, b) = (nodes[0], nodes[1]);
        await b.StopAsync();
        for (var number = 10; number < 14; number++)
            Assert.Equal(AddLeafStatus.Accepted, await a.AddAsync(number));
        await a.StopAsync();
        await b.PromoteAsync(a);
        await b.StartPrimaryAsync([], change: o => o with { Secondaries = [a.Peer], SecondaryQuorum = 1, NoSecondary = false });

        Assert.False((await a.RejoinAsync(b, dryRun: true)).Changed);
        Assert.Equal(NodeRole.Primary, a.Role);
        var report = await a.RejoinAsync(b);
        Assert.True(report.Changed);
        Assert.Equal(NodeRole.Secondary, a.Role);
        var file = Assert.Single(Directory.GetFiles(a.Directory, "set-aside-*-1-5.leaves"));
        Assert.Equal(4, File.ReadLines(file).Count());
        Assert.False(File.Exists(a.SthFile));
        Assert.True(File.Exists(a.SthFile + ".before-epoch-1"));
        Assert.False((await a.RejoinAsync(b)).Changed);

        await a.StartSecondaryAsync(b);
        await b.CommitAsync(2);
        await b.CommitAsync(10);
        Assert.Equal(b.Primary!.LocalTree, a.Secondary!.LocalTree);
    }

    [Fact]
    public async Task What_it_signed_and_the_new_primary_does_not_have_is_never_dropped()
    {
        var (log, nodes) = await FailoverLog.StartAsync(1);
        await using var _ = log;
        var (a, b) = (nodes[0], nodes[1]);
        await a.StopAsync();
        await b.StopAsync();
        var lost = b.Id;
        await a.StartPrimaryAsync([], change: o => o with { LostNodes = [lost] });
        await a.CommitAsync(2); // signed, on the word of an operator who was wrong
        await a.StopAsync();
        await b.PromoteAsync(a);
        await b.StartPrimaryAsync([a]);
        var refused = await Assert.ThrowsAsync<FailoverException>(() => a.RejoinAsync(b));
        Assert.Contains("forked", refused.Message, StringComparison.Ordinal);
        Assert.Equal(NodeRole.Primary, a.Role);
    }

    [Fact]
    public async Task A_head_of_a_tree_that_neither_node_has_is_evidence_and_is_kept()
    {
        var (log, a, b) = await PromotedAsync();
        await using var _ = log;
        var sth = new Log.Signing.SthFile(a.SthFile, HostDisk.Instance);
        sth.Store(await SignedTreeHead.SignAsync(
            new TreeHead(1, Crypto.Hash.Sha256([1])), log.LogKey, FailoverLog.Cancel));
        var refused = await Assert.ThrowsAsync<FailoverException>(() => a.RejoinAsync(b));
        Assert.Contains("the log has forked", refused.Message, StringComparison.Ordinal);
        Assert.True(sth.Exists);
        Assert.Equal(NodeRole.Primary, a.Role);
    }

    /// <summary>Its leaves got 200, and the primary that lacks them was put back to an older copy, and has heard nobody yet.</summary>
    [Fact]
    public async Task A_secondary_gives_up_no_leaf_to_a_primary_that_may_be_an_older_copy()
    {
        var (log, nodes) = await FailoverLog.StartAsync(1);
        await using var _ = log;
        var (a, b) = (nodes[0], nodes[1]);
        await log.StopAllAsync();
        await b.PromoteAsync(a);
        await b.StartPrimaryAsync([a]);
        await a.RejoinAsync(b);
        await a.StartSecondaryAsync(b);
        await b.CommitAsync(2);
        await log.StopAllAsync();
        var older = b.CopyFiles();
        await a.StartSecondaryAsync(b);
        await b.StartPrimaryAsync([a]);
        await b.CommitAsync(3);
        await log.StopAllAsync();
        b.PutBackFiles(older);

        await b.StartPrimaryAsync([a]);
        var refused = await Assert.ThrowsAsync<FailoverException>(() => a.RejoinAsync(b));
        Assert.Contains("1 leaves that the primary lacks, and they may be committed", refused.Message, StringComparison.Ordinal);
        await b.AddAsync(4);
        refused = await Assert.ThrowsAsync<FailoverException>(() => a.RejoinAsync(b));
        Assert.Contains("1 leaves that the primary lacks, and they may be committed", refused.Message, StringComparison.Ordinal);

        // As the message says.
        await b.StopAsync();
        await a.StartSecondaryAsync(b);
        await b.StartPrimaryAsync([a]);
        foreach (var number in new[] { 3, 4 })
            await b.CommitAsync(number);
        Assert.Equal(4ul, b.Primary!.LocalTree.Size);
    }

    /// <summary>A log whose primary is stopped, and whose secondary was promoted and runs alone.</summary>
    private static async Task<(FailoverLog Log, FailoverNode Old, FailoverNode New)> PromotedAsync()
    {
        var (log, nodes) = await FailoverLog.StartAsync(1);
        await nodes[0].StopAsync();
        await nodes[1].StopAsync();
        await nodes[1].PromoteAsync(nodes[0]);
        await nodes[1].StartPrimaryAsync([]);
        return (log, nodes[0], nodes[1]);
    }
}
