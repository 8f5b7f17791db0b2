using System.Collections.Immutable;
using Sigsum.Log.Failover;
using Sigsum.Log.Scrubbing;
using Sigsum.Log.Storage;
using Sigsum.Log.Tests.Hosting;
using Sigsum.Log.Tests.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Tests.Failover;

/// <summary>A store that was found damaged is built again from another node's leaves.</summary>
public sealed class RebuildTests
{
    [Fact]
    public async Task A_damaged_secondary_that_was_built_again_is_the_same_node_and_acknowledges()
    {
        var (log, nodes) = await StartAsync();
        await using var _ = log;
        var (a, b) = (nodes[0], nodes[1]);
        await b.StopAsync();
        var before = Damage(b);

        var report = await b.RecoverAsync(a);
        Assert.True(report.Changed);
        Assert.Single(Directory.GetDirectories(b.Directory, "store-damaged-*"));
        using (var store = RocksDbLogStore.Open(b.Directory))
        {
            Assert.Equal(before.Identity, store.Identity);
            Assert.Equal(before.Head, store.TreeHead);
            Assert.Equal(before.Records, Records(store));
            Assert.True(new StoreVerifier(store).Run([], null, FailoverLog.Cancel).IsWhole);
        }

        await b.StartSecondaryAsync(a);
        await a.CommitAsync(6);
    }

    /// <summary>Nothing else would: the one before is superseded, and can be promoted no more.</summary>
    [Fact]
    public async Task A_log_of_two_nodes_goes_on_when_the_promoted_one_turns_out_to_be_damaged()
    {
        var (log, nodes) = await StartAsync();
        await using var _ = log;
        var (a, b) = (nodes[0], nodes[1]);
        await b.StopAsync();
        await b.PromoteAsync(a, o => o with { FencePrimary = true });
        await a.StopAsync();
        await a.StartRetiredAsync(b);
        Damage(b);

        await b.RecoverAsync(a);
        await b.StartPrimaryAsync([a]);
        await a.RejoinedAsync();
        await a.StartSecondaryAsync(b);
        await b.CommitAsync(6);
        await b.CommitAsync(1);
        Assert.Equal(6ul, (await b.PublishedAsync(6)).SignedTreeHead.TreeHead.Size);
    }

    [Fact]
    public async Task Leaves_that_only_the_damaged_node_has_are_not_given_up()
    {
        var (log, nodes) = await StartAsync();
        await using var _ = log;
        var (a, b) = (nodes[0], nodes[1]);
        await b.StopAsync();
        await b.AppendAsync(9);
        Damage(b);
        var refused = await Assert.ThrowsAsync<FailoverException>(() => b.RecoverAsync(a));
        Assert.Contains("holds 5 leaves, this node 6", refused.Message, StringComparison.Ordinal);
        StaysDamaged(b, size: 6);
    }

    [Fact]
    public async Task Leaves_of_another_tree_are_not_taken()
    {
        var (log, nodes) = await StartAsync();
        await using var _ = log;
        var (a, b) = (nodes[0], nodes[1]);
        await b.StopAsync();
        await OtherTree.ReplaceAsync(b.Directory, 5, knowsHead: false);
        Mark(b);
        var refused = await Assert.ThrowsAsync<StoreException>(() => b.RecoverAsync(a));
        Assert.Contains("the leaves lead to root", refused.Message, StringComparison.Ordinal);
        StaysDamaged(b, size: 5);
    }

    /// <summary>A crash at each step of the exchange of the two databases.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_exchange_that_was_broken_off_leaves_one_of_the_two_in_place(bool oldIsAway)
    {
        var (log, nodes) = await StartAsync();
        await using var _ = log;
        var (a, b) = (nodes[0], nodes[1]);
        await b.StopAsync();
        var before = Damage(b);
        await b.RecoverAsync(a);
        string PathOf(string name) => Path.Combine(b.Directory, name);
        var old = Directory.GetDirectories(b.Directory, "store-damaged-*").Single();
        Directory.CreateDirectory(PathOf("rebuilt"));
        Directory.Move(PathOf("store"), PathOf("rebuilt/store"));
        if (!oldIsAway)
            Directory.Move(old, PathOf("store"));

        using (var store = RocksDbLogStore.Open(b.Directory))
        {
            Assert.Equal(before.Head, store.TreeHead);
            Assert.Equal(oldIsAway ? null : "leaf 0 has changed", DamageMark.Load(store)?.Text);
        }

        Assert.Equal(oldIsAway, (await b.RecoverAsync(a)).Steps.All(step => step.Name != "rebuilt"));
        Assert.False(Directory.Exists(PathOf("rebuilt")));
        await b.StartSecondaryAsync(a);
        await a.CommitAsync(6);
    }

    /// <summary>Five leaves: the first one is not at the end of the tree, where every start looks.</summary>
    private static async Task<(FailoverLog Log, ImmutableArray<FailoverNode> Nodes)> StartAsync()
    {
        var (log, nodes) = await FailoverLog.StartAsync(1);
        for (var number = 2; number <= 5; number++)
            await nodes[0].CommitAsync(number);
        await nodes[0].PublishedAsync(5);
        return (log, nodes);
    }

    /// <returns>What was there before.</returns>
    private static (StoreIdentity Identity, TreeHead Head, IReadOnlyList<string> Records) Damage(FailoverNode node)
    {
        (StoreIdentity, TreeHead, IReadOnlyList<string>) before;
        using (var store = RocksDbLogStore.Open(node.Directory))
            before = (store.Identity, store.TreeHead, Records(store));
        Tampering.Flip(node.Directory, StoredThing.Leaf, 0);
        Mark(node);
        return before;
    }

    private static IReadOnlyList<string> Records(RocksDbLogStore store) =>
        [.. store.ReadRecords("").Select(record => $"{record.Key} {Convert.ToHexString(record.Value.Span)}")];

    private static void Mark(FailoverNode node)
    {
        using var store = RocksDbLogStore.Open(node.Directory);
        store.CommitRecords([DamageMark.ToStore(new StoreProblem("leaf 0 has changed", 0))]);
    }

    private static void StaysDamaged(FailoverNode node, ulong size)
    {
        using var store = RocksDbLogStore.Open(node.Directory);
        Assert.Equal(size, store.TreeHead.Size);
        Assert.NotNull(DamageMark.Load(store));
        Assert.Empty(Directory.GetDirectories(node.Directory, "store-damaged-*"));
    }
}
