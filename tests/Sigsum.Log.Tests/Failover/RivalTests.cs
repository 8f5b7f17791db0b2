using Sigsum.Log.Failover;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Log.Tests.Hosting;

namespace Sigsum.Log.Tests.Failover;

/// <summary>What the simulator and the model found: promotions that meet, and rosters that change at the wrong moment.</summary>
public sealed class RivalTests
{
    [Fact]
    public async Task Where_two_were_promoted_in_one_epoch_the_next_one_decides()
    {
        var (log, nodes) = await FailoverLog.StartAsync(2);
        await using var _ = log;
        var (a, b, c) = (nodes[0], nodes[1], nodes[2]);
        await log.StopAllAsync();
        // Each finds itself alone, and keeps a record of epoch 1 that names it.
        await Assert.ThrowsAsync<FailoverException>(() => b.PromoteAsync(a));
        await Assert.ThrowsAsync<FailoverException>(() => c.PromoteAsync(a));

        // A promotion that was broken off makes nobody primary, whatever its record says.
        using (var store = RocksDbLogStore.Open(b.Directory))
            Assert.False(Takeover.IsDue(store, Succession.Load(store)));

        await b.StartSecondaryAsync(a);
        var report = await c.PromoteAsync(a);
        Assert.Contains(report.Steps, step => step.Name == "rival");
        Assert.Contains(
            report.Steps, step => step.Name == "promotion record" && step.Finding.StartsWith("epoch 2", StringComparison.Ordinal));
        await c.StartPrimaryAsync([b]);
        await c.CommitAsync(2);
        using var promoted = await StoppedAsync(c);
        Assert.Null(promoted.ReadRecord(Succession.RivalKey));
    }

    [Fact]
    public async Task A_primary_that_has_heard_of_a_rival_signs_nothing_after_a_restart_until_it_begins_the_next_epoch()
    {
        var (log, nodes) = await FailoverLog.StartAsync(2, quorum: 1);
        await using var _ = log;
        var (a, b, c) = (nodes[0], nodes[1], nodes[2]);
        await log.StopAllAsync();
        await Assert.ThrowsAsync<FailoverException>(() => b.PromoteAsync(a));
        var lost = b.Id;
        await c.PromoteAsync(a, o => o with { LostNodes = [lost] });

        await b.StartSecondaryAsync(c);
        await c.StartPrimaryAsync([b]);
        await TestLog.NotReadyAsync(c.Services, "two nodes were promoted in epoch 1");
        await c.StopAsync();
        await b.StopAsync();

        // Nobody is there to tell it again.
        await c.StartPrimaryAsync([b]);
        await TestLog.NotReadyAsync(c.Services, "two nodes were promoted in epoch 1");
        await c.StopAsync();

        var report = await c.PromoteAsync(a);
        Assert.Contains(report.Steps, step => step.Name == "rival");
        await b.StartSecondaryAsync(c);
        await c.StartPrimaryAsync([b]);
        await c.CommitAsync(2);
    }

    [Fact]
    public async Task A_node_that_rejoins_follows_the_promotions_to_the_primary_of_today()
    {
        var (log, nodes) = await FailoverLog.StartAsync(2);
        await using var _ = log;
        var (a, b, c) = (nodes[0], nodes[1], nodes[2]);
        await a.StopAsync();
        await b.StopAsync();
        await b.PromoteAsync(a);
        await b.StartPrimaryAsync([c]);
        await b.CommitAsync(2);
        await c.StopAsync();
        await c.PromoteAsync(b, o => o with { FencePrimary = true });
        await c.StartPrimaryAsync([b]);

        var report = await a.RejoinAsync(b);
        Assert.Contains(report.Steps, step => step.Name == "followed");
        Assert.True(report.Changed);
    }

    [Fact]
    public async Task A_secondary_is_not_replaced_before_the_new_one_holds_what_is_signed()
    {
        var (log, nodes) = await FailoverLog.StartAsync(1);
        await using var _ = log;
        var (a, b, c) = (nodes[0], nodes[1], log.Add("c"));
        await a.StopAsync();
        // It answers, and has nothing: whom it follows has nothing either.
        await c.StartSecondaryAsync(c);
        await a.StartPrimaryAsync([c]);
        await TestLog.NotReadyAsync(a.Services, "1 of the secondaries must hold all 1 leaves before they replace those before");

        await a.StopAsync();
        await b.StopAsync();
        Assert.True((await b.PromoteAsync(a)).Changed);
    }

    [Fact]
    public async Task A_promotion_goes_by_the_latest_roster_that_anybody_knows()
    {
        var (log, nodes) = await FailoverLog.StartAsync(3, quorum: 2);
        await using var _ = log;
        var (a, b, c, d) = (nodes[0], nodes[1], nodes[2], nodes[3]);
        await d.StopAsync();
        await a.StopAsync();
        // While d is away another node joins, and the next leaf is on c and on it.
        var e = log.Add("e");
        await e.StartSecondaryAsync(a);
        await a.StartPrimaryAsync([b, c, d, e], quorum: 2);
        await a.CommitAsync(2);
        await a.StopAsync();

        // By the roster that d knows, b and c would be the others.
        var report = await d.PromoteAsync(a);
        Assert.Contains(report.Steps, step => step.Finding.Contains(e.InternalUrl.ToString(), StringComparison.Ordinal));
        using var store = RocksDbLogStore.Open(d.Directory);
        Assert.Equal(2ul, store.TreeHead.Size);
    }

    [Fact]
    public void What_a_promotion_left_open_is_completed_the_careful_way()
    {
        using var directory = new Testing.TempDirectory();
        var path = directory.PathOf("sth");
        Takeover.Complete(path, HostDisk.Instance);
        Takeover.Complete(path, HostDisk.Instance);
        Assert.Equal(StartupMode.AwaitSecondary, new StartupFile(path, HostDisk.Instance).Read());
    }

    private static async Task<RocksDbLogStore> StoppedAsync(FailoverNode node)
    {
        await node.StopAsync();
        return RocksDbLogStore.Open(node.Directory);
    }
}
