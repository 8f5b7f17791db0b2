using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Log.Scrubbing;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Tests.Failover;

/// <summary><c>recover</c> on a stopped node: a new one, a secondary that is behind, a primary that is older than its log.</summary>
public sealed class RecoverTests
{
    [Fact]
    public async Task A_new_directory_becomes_that_of_a_secondary_with_every_leaf()
    {
        var (log, nodes) = await FailoverLog.StartAsync(1);
        await using var _ = log;
        var (a, b) = (nodes[0], nodes[1]);
        await a.CommitAsync(2);
        var c = log.Add("c");
        Assert.False((await c.RecoverAsync(b, dryRun: true, agree: false)).Changed);
        Assert.False(Directory.Exists(c.Directory));
        var refused = await Assert.ThrowsAsync<FailoverException>(() => c.RecoverAsync(b, agree: false));
        Assert.Contains("not agreed to", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(c.Directory));

        var report = await c.RecoverAsync(b);
        Assert.True(report.Changed);
        Assert.StartsWith("start it: `sigsum-log secondary`", Assert.Single(report.LeftToDo), StringComparison.Ordinal);
        using (var store = RocksDbLogStore.Open(c.Directory))
        {
            Assert.Equal(b.Secondary!.LocalTree, store.TreeHead);
            Assert.Equal((NodeRole.Secondary, log.LogKey.PublicKey.KeyHash()), (store.Identity.Role, store.Identity.LogKeyHash));
        }

        Assert.False((await c.RecoverAsync(b, agree: false)).Changed);
    }

    [Fact]
    public async Task A_secondary_that_is_behind_is_filled_from_another_one()
    {
        var (log, nodes) = await FailoverLog.StartAsync(2, quorum: 1);
        await using var _ = log;
        var (a, b, c) = (nodes[0], nodes[1], nodes[2]);
        await c.StopAsync();
        var before = SizeOf(c);
        await a.CommitAsync(2);
        await a.CommitAsync(3);
        Assert.False((await c.RecoverAsync(a, dryRun: true)).Changed);
        Assert.Equal(before, SizeOf(c));
        var report = await c.RecoverAsync(a, agree: false); // nothing that has to be asked about
        Assert.True(report.Changed);
        Assert.Contains(report.Steps, step => step.Finding.StartsWith($"{3 - before} leaves; size 3, root ", StringComparison.Ordinal));
        Assert.Equal(3ul, SizeOf(c));
        Assert.Equal(3ul, b.Secondary!.LocalTree.Size);
    }

    [Fact]
    public async Task A_node_of_another_log_is_not_mixed_in()
    {
        var (log, nodes) = await FailoverLog.StartAsync(1);
        await using var _ = log;
        var (otherLog, others) = await FailoverLog.StartAsync(1);
        await using var __ = otherLog;
        var fresh = log.Add("fresh");
        var refused = await Assert.ThrowsAsync<FailoverException>(() => fresh.RecoverAsync(others[0]));
        Assert.Contains($"belongs to the log with key hash {otherLog.LogKey.PublicKey.KeyHash()}", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(fresh.Directory));
        await nodes[1].StopAsync();
        refused = await Assert.ThrowsAsync<FailoverException>(() => nodes[1].RecoverAsync(others[0]));
        Assert.Contains($"not to {log.LogKey.PublicKey.KeyHash()}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_primary_that_is_older_than_its_log_is_brought_up_to_its_secondary()
    {
        var (log, nodes) = await FailoverLog.StartAsync(1);
        await using var _ = log;
        var (a, b) = (nodes[0], nodes[1]);
        await a.StopAsync();
        var older = a.CopyFiles();
        await a.StartPrimaryAsync([b]);
        await a.CommitAsync(2);
        await a.StopAsync();
        a.PutBackFiles(older);

        var report = await a.RecoverAsync(b, dryRun: true);
        Assert.False(report.Changed);
        Assert.Contains(report.Steps, step => step.Finding.EndsWith("they would be fetched", StringComparison.Ordinal));
        var refused = await Assert.ThrowsAsync<FailoverException>(() => a.RecoverAsync(b, agree: false));
        Assert.Contains("not agreed to", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1ul, SizeOf(a));

        report = await a.RecoverAsync(b);
        Assert.True(report.Changed);
        Assert.Equal("start it: `sigsum-log primary`", Assert.Single(report.LeftToDo));
        Assert.Equal(2ul, SizeOf(a));
        report = await a.RecoverAsync(b, agree: false);
        Assert.False(report.Changed);
        Assert.Contains(report.Steps, step => step is { Name: "lacking", Finding: "nothing" });
    }

    [Fact]
    public async Task A_primary_whose_time_is_over_is_not_brought_up_to_date()
    {
        var (log, nodes) = await FailoverLog.StartAsync(1);
        await using var _ = log;
        var (a, b) = (nodes[0], nodes[1]);
        await log.StopAllAsync();
        await b.PromoteAsync(a);
        await b.StartPrimaryAsync([]);
        await Assert.ThrowsAsync<SupersededException>(() => a.StartPrimaryAsync([b]));
        await a.StopAsync();
        await Assert.ThrowsAsync<SupersededException>(() => a.RecoverAsync(b));
    }

    /// <summary>What comes of it when the operator agrees is in <see cref="RebuildTests"/>.</summary>
    [Fact]
    public async Task A_damaged_store_is_built_again_only_when_the_operator_agrees()
    {
        var (log, nodes) = await FailoverLog.StartAsync(1);
        await using var _ = log;
        var (a, b) = (nodes[0], nodes[1]);
        await b.StopAsync();
        using (var store = RocksDbLogStore.Open(b.Directory))
            store.CommitRecords([DamageMark.ToStore(new StoreProblem("leaf 0 is not what it was", 0))]);
        var report = await b.RecoverAsync(a, dryRun: true);
        Assert.False(report.Changed);
        Assert.Contains(report.Steps, step => step.Finding == "damaged: leaf 0 is not what it was");
        var refused = await Assert.ThrowsAsync<FailoverException>(() => b.RecoverAsync(a, agree: false));
        Assert.Contains("not agreed to", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(b.Directory, "store-damaged-*"));
        using var after = RocksDbLogStore.Open(b.Directory);
        Assert.NotNull(DamageMark.Load(after));
    }

    private static ulong SizeOf(FailoverNode node)
    {
        using var store = RocksDbLogStore.Open(node.Directory);
        return store.TreeHead.Size;
    }
}
