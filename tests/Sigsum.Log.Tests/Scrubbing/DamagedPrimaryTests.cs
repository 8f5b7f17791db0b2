using System.Net;
using Sigsum.Client;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Log.Publication;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Log.Tests.Hosting;
using Sigsum.Log.Tests.Storage;
using Sigsum.Messages;
using Sigsum.Testing;

namespace Sigsum.Log.Tests.Scrubbing;

/// <summary>One byte changed in a primary's store, beside a secondary that is whole: the check at start or the scrubber
/// finds it, nothing is signed on it, and what it would spoil is not shown.</summary>
public sealed class DamagedPrimaryTests
{
    private const int Size = 600;

    [Theory]
    [InlineData(StoredThing.Leaf, "leaf 9 has changed")]
    [InlineData(StoredThing.IndexEntry, "leaf 9 is not found by its hash")]
    [InlineData(StoredThing.LowNode, "tree hash 4 of level 1 is not that of its leaves")]
    [InlineData(StoredThing.UpperNode, "tree hash 0 of level 8 is not that of its leaves")]
    public async Task Damage_inside_the_tree_closes_the_node_and_is_found_again_after_a_restart(
        StoredThing thing, string problem)
    {
        await using var log = new TestLog();
        await log.FillAsync(Size, signed: Size);
        Tampering.Flip(log.PathOf("primary"), thing, 9);
        await log.StartSecondaryAsync();
        for (var start = 0; start < 2; start++)
        {
            await log.StartPrimaryAsync();
            await TestLog.NotReadyAsync(log.PrimaryServices, $"store: damaged: {problem}");
            await TestLog.NotReadyAsync(
                log.PrimaryServices, $"signing: stopped for good: the store is damaged: {problem}");
            Assert.Contains("`sigsum-log verify`", Condition(log, "store").Reason, StringComparison.Ordinal);
            Assert.Contains(problem, log.Primary!.Scrub.Progress.Problems[0], StringComparison.Ordinal);
            await AssertUnavailableAsync(() => log.Client.GetTreeHeadAsync(TestLog.Cancel));
            await AssertUnavailableAsync(() => log.Client.GetLeavesAsync(new LeavesRange(0, 20), TestLog.Cancel));
            await AssertUnavailableAsync(() => log.AddAsync(Size));
            await AssertUnavailableAsync(() => log.AddAsync(9));
            var feed = await log.Http.GetAsync(
                new Uri(log.PrimaryInternalUrl, "get-leaves/0/20"), TestLog.Cancel);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, feed.StatusCode);
            await log.StopPrimaryAsync();
        }

        Assert.Equal((ulong)Size, new SthFile(log.SthFile, HostDisk.Instance).Load(log.LogKey.PublicKey).TreeHead.Size);
        Assert.Equal((ulong)Size, log.Secondary!.LocalTree.Size);
        using var store = RocksDbLogStore.Open(log.PathOf("primary"));
        var report = new StoreVerifier(store).Run([], null, TestLog.Cancel);
        Assert.Contains(report.Problems, found => found.Contains(problem, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(StoredThing.TreeHead, "'tree_head' is not stored as it was written")]
    [InlineData(StoredThing.Identity, "'identity' is not stored as it was written")]
    [InlineData(StoredThing.Published, "'published' is not stored as it was written")]
    public async Task Damage_to_what_there_is_once_is_found_at_start(StoredThing thing, string problem)
    {
        await using var log = new TestLog();
        await log.FillAsync(Size, signed: Size);
        Tampering.Flip(log.PathOf("primary"), thing, 0);
        var error = await Assert.ThrowsAnyAsync<Exception>(() => log.StartPrimaryAsync());
        Assert.True(error is StoreException or StartupException, error.ToString());
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Null(log.Primary);
    }

    [Fact]
    public async Task Damage_beyond_the_published_head_stops_signing_and_leaves_that_head_to_its_readers()
    {
        await using var log = new TestLog();
        await log.FillAsync(300, signed: 300);
        await log.StartSecondaryAsync();
        await log.StartPrimaryAsync();
        await log.PublishedAsync(300);
        await log.StopSecondaryAsync();
        await log.StopPrimaryAsync();
        List<Leaf> more = [];
        for (var number = 300; number < Size; number++)
            more.Add((await log.RequestAsync(number)).ToLeaf());
        using (var store = RocksDbLogStore.Open(log.PathOf("primary")))
            store.Commit(TreeAppender.Restore(store).Prepare(more, [.. more.Select(leaf => leaf.LeafHash())], []));
        Tampering.Flip(log.PathOf("primary"), StoredThing.Leaf, 400);
        await log.StartPrimaryAsync();
        await TestLog.NotReadyAsync(log.PrimaryServices, "store: damaged: leaf 400 has changed");
        await TestLog.NotReadyAsync(log.PrimaryServices, "signing: stopped for good");

        // The secondary comes only now, so that nothing was signed before the damage was found.
        await log.StartSecondaryAsync();
        await Eventually.UntilAsync(
            "the secondary's word", TestLog.Patience,
            _ => Task.FromResult(Condition(log, "secondary").Ok), TestLog.Cancel);
        Assert.Equal(300ul, (await log.ShownAsync()).SignedTreeHead.TreeHead.Size);
        Assert.Equal(20, (await log.Client.GetLeavesAsync(new LeavesRange(0, 20), TestLog.Cancel)).Count);
        await AssertUnavailableAsync(() => log.AddAsync(Size));
        Assert.Equal(300ul, new SthFile(log.SthFile, HostDisk.Instance).Load(log.LogKey.PublicKey).TreeHead.Size);
    }

    [Fact]
    public async Task A_byte_that_changes_on_the_disk_of_a_running_primary_is_found_by_the_next_pass()
    {
        await using var log = new TestLog { ScrubInterval = TimeSpan.FromMilliseconds(100) };
        await log.FillAsync(Size, signed: Size);
        await log.StartSecondaryAsync();
        await log.StartPrimaryAsync();
        await Eventually.UntilAsync(
            "a pass", TestLog.Patience,
            _ => Task.FromResult(log.Primary!.Scrub.Progress.LastCompleted is not null), TestLog.Cancel);
        var whole = log.Primary!.Status().Scrub!;
        Assert.Equal((ulong)Size, whole.LastPass!.Leaves);
        Assert.Empty(whole.Problems);
        await log.CommitAsync(Size);
        Tampering.FlipOnDisk(log.PathOf("primary"), (await log.RequestAsync(9)).ToLeaf());
        await TestLog.NotReadyAsync(log.PrimaryServices, "store: damaged: leaves from 0 on cannot be read");
        await Eventually.UntilAsync(
            "the damage in the status", TestLog.Patience,
            _ => Task.FromResult(!log.Primary!.Status().Scrub!.Problems.IsEmpty), TestLog.Cancel);
        var told = NodeStatus.Parse(log.Primary.Status().ToJson()).Scrub!;
        Assert.StartsWith("leaves from 0 on cannot be read", told.Problems[0], StringComparison.Ordinal);
        Assert.InRange(told.LastPass!.Ended, whole.LastPass.Ended, DateTimeOffset.MaxValue);
        Assert.False(told.UnderWay);
        await AssertUnavailableAsync(() => log.Client.GetTreeHeadAsync(TestLog.Cancel));
        await AssertUnavailableAsync(() => log.AddAsync(Size + 1));
        Assert.Equal(Size + 1ul, new SthFile(log.SthFile, HostDisk.Instance).Load(log.LogKey.PublicKey).TreeHead.Size);
    }

    [Fact]
    public async Task A_stored_cosignature_that_is_not_valid_is_not_shown_again()
    {
        await using var log = new TestLog();
        await log.StartWitnessAsync();
        await log.StartSecondaryAsync();
        await log.StartPrimaryAsync();
        await log.CommitAsync(1);
        var head = await log.PublishedAsync(1);
        Assert.Single(head.Cosignatures);
        await log.StopPrimaryAsync();
        await log.Witness!.DisposeAsync();
        StoreWithLaterCosignature();

        await log.StartPrimaryAsync();
        var shown = await log.ShownAsync();
        Assert.Equal(head with { Cosignatures = [] }, shown);
        await log.StopPrimaryAsync();
        using (var store = RocksDbLogStore.Open(log.PathOf("primary")))
            Assert.Equal(shown, Publisher.LoadPublished(store, log.LogKey.PublicKey));

        // Where the quorum is required, nothing is shown that lacks it.
        StoreWithLaterCosignature();
        await log.StartPrimaryAsync(options => options with { RequireQuorum = true });
        await AssertUnavailableAsync(() => log.Client.GetTreeHeadAsync(TestLog.Cancel));

        void StoreWithLaterCosignature()
        {
            using var store = RocksDbLogStore.Open(log.PathOf("primary"));
            var bad = head.Cosignatures[0] with { Timestamp = head.Cosignatures[0].Timestamp + 1 };
            store.CommitRecords([Publisher.ToStore(head with { Cosignatures = [bad] })]);
        }
    }

    [Fact]
    public async Task Under_load_and_checked_all_the_time_a_whole_log_stays_whole()
    {
        await using var log = new TestLog { ScrubInterval = TimeSpan.FromMilliseconds(1) };
        await log.StartWitnessAsync();
        await log.StartSecondaryAsync();
        await log.StartPrimaryAsync();
        await Task.WhenAll(Enumerable.Range(0, 300).Select(log.CommitAsync));
        await log.PublishedAsync(300);
        await Eventually.UntilAsync(
            "a pass over all of it on both nodes", TestLog.Patience,
            _ => Task.FromResult(
                log.Primary!.Scrub.Progress.Checked == 300 && log.Secondary!.Scrub.Progress.Checked == 300),
            TestLog.Cancel);
        Assert.Empty(log.Primary!.Scrub.Progress.Problems);
        Assert.Empty(log.Secondary!.Scrub.Progress.Problems);
        Assert.True(log.PrimaryServices.Health.Readiness().Ok);
        Assert.True(log.SecondaryServices.Health.Readiness().Ok);
    }

    private static ConditionState Condition(TestLog log, string name) => log.PrimaryServices.Health.Conditions()
        .Single(condition => condition.Name.StartsWith(name, StringComparison.Ordinal));

    private static async Task AssertUnavailableAsync<T>(Func<Task<T>> ask)
    {
        var error = await Assert.ThrowsAsync<LogClientException>(ask);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, error.StatusCode);
    }
}
