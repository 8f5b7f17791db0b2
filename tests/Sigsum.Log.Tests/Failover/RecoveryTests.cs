using System.Net;
using Sigsum.Client;
using Sigsum.Log.Hosting;
using Sigsum.Log.Storage;
using Sigsum.Log.Tests.Hosting;
using Sigsum.Messages;

namespace Sigsum.Log.Tests.Failover;

/// <summary>A primary whose store is older than what its secondary holds.</summary>
public sealed class RecoveryTests
{
    [Fact]
    public async Task A_primary_put_back_to_an_older_copy_fetches_its_leaves_back_before_it_signs()
    {
        await using var log = await WithOlderCopyAsync();
        log.Restore("primary");
        File.Copy(log.PathOf("sth.backup"), log.SthFile, overwrite: true);

        await log.StartPrimaryAsync();
        Assert.Equal(log.Secondary!.LocalTree, log.Primary!.LocalTree);
        Assert.Equal(AddLeafStatus.Committed, await log.AddAsync(3));
        await log.CommitAsync(4);
        await log.PublishedAsync(4);
    }

    [Fact]
    public async Task The_same_where_only_the_store_is_older_and_the_signed_head_is_not()
    {
        await using var log = await WithOlderCopyAsync();
        log.Restore("primary");
        await log.StartPrimaryAsync();
        await log.CommitAsync(4);
        Assert.Equal(4ul, log.Primary!.LocalTree.Size);
    }

    [Fact]
    public async Task Leaves_that_only_the_older_copy_took_give_way_and_go_to_the_end()
    {
        await using var log = await WithOlderCopyAsync();
        await log.StopSecondaryAsync();
        log.Restore("primary");
        File.Copy(log.PathOf("sth.backup"), log.SthFile, overwrite: true);
        await log.StartPrimaryAsync(o => o with { CommitWait = TimeSpan.FromMilliseconds(100) });
        for (var number = 10; number < 15; number++)
            Assert.Equal(AddLeafStatus.Accepted, await log.AddAsync(number));
        await log.StopPrimaryAsync();

        await log.StartSecondaryAsync();
        await log.StartPrimaryAsync();
        foreach (var number in new[] { 1, 2, 3, 10, 14 })
            await log.CommitAsync(number);
        Assert.Equal(8ul, (await log.PublishedAsync(8)).SignedTreeHead.TreeHead.Size);
        Assert.Single(Directory.GetFiles(log.PathOf("primary"), "set-aside-*-1-6.leaves"));
    }

    [Fact]
    public async Task No_leaf_of_a_promoted_node_gives_way_to_those_of_another()
    {
        var (log, nodes) = await FailoverLog.StartAsync(2, quorum: 1);
        await using var _ = log;
        var (a, b, c) = (nodes[0], nodes[1], nodes[2]);
        await a.StopAsync();
        await b.StopAsync();
        await b.AppendAsync(2); // as the primary before has signed it, and nobody has heard who is left
        TreeHead all;
        using (var store = RocksDbLogStore.Open(b.Directory))
            all = store.TreeHead;

        await b.PromoteAsync(a);
        await c.StopAsync();
        await OtherTree.ReplaceAsync(c.Directory, 1, knowsHead: false);
        await c.StartSecondaryAsync(b);
        await b.StartPrimaryAsync([c]);
        Assert.Equal(all, b.Primary!.LocalTree);
        await TestLog.NotReadyAsync(b.Services, "is not counted yet", "have different roots");
    }

    [Fact]
    public async Task Leaves_that_a_promoted_node_took_itself_before_it_signed_anything_give_way_all_the_same()
    {
        // As above, but what b has beyond size 1 came after its promotion: only an older copy of it can be like that.
        var (log, nodes) = await FailoverLog.StartAsync(1);
        await using var _ = log;
        var (a, b) = (nodes[0], nodes[1]);
        await a.StopAsync();
        await b.StopAsync();
        await b.PromoteAsync(a);
        var own = await b.AppendAsync(2);
        var c = log.Add("c");
        TreeHead held;
        using (var from = RocksDbLogStore.Open(a.Directory))
        using (var to = RocksDbLogStore.Create(c.Directory, StoreIdentity.ForNew(
            NodeRole.Secondary, TreeType.PreorderedLog, log.LogKey.PublicKey.KeyHash())))
        {
            Leaf[] leaves = [default, (await log.RequestAsync(3)).ToLeaf(), (await log.RequestAsync(4)).ToLeaf()];
            from.ReadLeaves(0, leaves.AsSpan(0, 1));
            to.Commit(TreeAppender.Restore(to).Prepare(leaves, [.. leaves.Select(leaf => leaf.LeafHash())], []));
            held = to.TreeHead;
        }

        await c.StartSecondaryAsync(b);
        await b.StartPrimaryAsync([c]);
        Assert.Equal(4ul, b.Primary!.LocalTree.Size);
        await b.PublishedAsync(4);
        await b.StopAsync();
        using var after = RocksDbLogStore.Open(b.Directory);
        Assert.Equal(held.RootHash, Merkle.ProofBuilder.Root(3, after));
        Assert.Equal(3ul, after.FindLeaf(own.LeafHash()));
    }

    [Fact]
    public async Task Of_two_secondaries_with_different_leaves_one_is_followed_and_the_other_has_to_rejoin()
    {
        var (log, nodes) = await FailoverLog.StartAsync(2, quorum: 2);
        await using var _ = log;
        var (a, b, c) = (nodes[0], nodes[1], nodes[2]);
        await log.StopAllAsync();
        await b.AppendAsync(2);
        await c.AppendAsync(3);

        await b.StartSecondaryAsync(a);
        await c.StartSecondaryAsync(a);
        await a.StartPrimaryAsync([b, c], 2);
        Assert.Equal(b.Secondary!.LocalTree, a.Primary!.LocalTree);
        await TestLog.NotReadyAsync(a.Services, $"secondary {c.InternalUrl.Authority} and this primary have different roots for size 2");
        Assert.False(a.Primary.Completion.IsCompleted);
        Assert.Equal(b.Secondary!.LocalTree, a.Primary!.LocalTree);

        await c.StopAsync();
        Assert.True((await c.RejoinAsync(a)).Changed);
        Assert.Single(Directory.GetFiles(c.Directory, "set-aside-*-1-2.leaves"));
        Assert.False((await c.RejoinAsync(a)).Changed);
        await c.StartSecondaryAsync(a);
        await a.StopAsync(); // it has found two different trees, and signs nothing more in this life
        await a.StartPrimaryAsync([b, c], 2);
        foreach (var number in new[] { 2, 3 })
            await a.CommitAsync(number);
        Assert.Equal(c.Secondary!.LocalTree, a.Primary!.LocalTree);
    }

    [Fact]
    public async Task A_primary_that_finds_out_later_shows_nothing_takes_nothing_and_asks_to_be_started_again()
    {
        await using var log = await WithOlderCopyAsync();
        await log.StopSecondaryAsync();
        log.Restore("primary");
        File.Copy(log.PathOf("sth.backup"), log.SthFile, overwrite: true);
        await log.StartPrimaryAsync();
        await log.StartSecondaryAsync();

        var ended = await Assert.ThrowsAsync<NodeRestartException>(
            () => log.Primary!.Completion.WaitAsync(TestLog.Patience, TestLog.Cancel));
        Assert.Contains("lacks", ended.Message, StringComparison.Ordinal);
        var head = await Assert.ThrowsAsync<LogClientException>(() => log.Client.GetTreeHeadAsync(TestLog.Cancel));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, head.StatusCode);
        var leaf = await Assert.ThrowsAsync<LogClientException>(() => log.AddAsync(4));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, leaf.StatusCode);
        Assert.Equal(1ul, log.Primary!.LocalTree.Size);

        await log.StopPrimaryAsync();
        await log.StartPrimaryAsync();
        await log.CommitAsync(4);
    }

    [Fact]
    public async Task Two_logs_under_one_key_are_left_as_they_are()
    {
        await using var log = await WithOlderCopyAsync();
        await log.StopSecondaryAsync();
        await OtherTree.ReplaceAsync(log.PathOf("secondary"), 9);
        await log.StartSecondaryAsync();
        await log.StartPrimaryAsync(o => o with { CommitWait = TimeSpan.FromMilliseconds(100) });
        Assert.Equal(3ul, log.Primary!.LocalTree.Size);
        await TestLog.NotReadyAsync(log.PrimaryServices, "holds 9 leaves", "acknowledge");
        Assert.Empty(Directory.GetFiles(log.PathOf("primary"), "set-aside-*"));
        Assert.Equal(3ul, new Log.Signing.SthFile(log.SthFile, HostDisk.Instance).Load(log.LogKey.PublicKey).TreeHead.Size);
        Assert.Equal(9ul, log.Secondary!.LocalTree.Size);
        Assert.False(log.Primary.Completion.IsCompleted);
    }

    /// <summary>A log of three leaves, whose primary is stopped and has a copy from the time of one.</summary>
    private static async Task<TestLog> WithOlderCopyAsync()
    {
        var log = new TestLog();
        await log.StartSecondaryAsync();
        await log.StartPrimaryAsync();
        await log.CommitAsync(1);
        await log.PublishedAsync(1);
        await log.StopPrimaryAsync();
        log.Backup("primary");
        File.Copy(log.SthFile, log.PathOf("sth.backup"));
        await log.StartPrimaryAsync();
        await log.CommitAsync(2);
        await log.CommitAsync(3);
        await log.PublishedAsync(3);
        await log.StopPrimaryAsync();
        return log;
    }
}
