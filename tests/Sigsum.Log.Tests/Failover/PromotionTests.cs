using System.Net;
using Sigsum.Client;
using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Log.Scrubbing;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Log.Tests.Hosting;
using Sigsum.Messages;

namespace Sigsum.Log.Tests.Failover;

/// <summary>Promotion of a secondary, and what it does to the other nodes.</summary>
public sealed class PromotionTests
{
    [Fact]
    public async Task A_promoted_secondary_goes_on_with_the_log_and_shows_at_once_what_was_shown_last()
    {
        var (log, nodes) = await FailoverLog.StartAsync(1);
        await using var _ = log;
        var (a, b, c) = (nodes[0], nodes[1], log.Add("c"));
        await a.StopAsync();
        await b.StopAsync();

        var report = await b.PromoteAsync(a);
        Assert.True(report.Changed);
        await b.StartPrimaryAsync([c]);
        Assert.Equal(1ul, (await b.Client.GetTreeHeadAsync(FailoverLog.Cancel)).SignedTreeHead.TreeHead.Size);
        Assert.Equal(AddLeafStatus.Accepted, await b.AddAsync(2));
        await c.StartSecondaryAsync(b);
        await b.CommitAsync(2);
        await b.CommitAsync(1);
        Assert.Equal(2ul, (await b.PublishedAsync(2)).SignedTreeHead.TreeHead.Size);
        Assert.False(File.Exists(new StartupFile(b.SthFile, HostDisk.Instance).Path));
    }

    /// <summary>What it holds may be the beginning of the log only, or nothing: signed, that would be a fork.</summary>
    [Fact]
    public async Task A_new_secondary_that_no_roster_lists_yet_is_not_promoted()
    {
        var (log, nodes) = await FailoverLog.StartAsync(1);
        await using var _ = log;
        var (a, b, c) = (nodes[0], nodes[1], log.Add("c"));
        await c.StartSecondaryAsync(a); // It is not among a's.
        await Testing.Eventually.UntilAsync(
            "its leaf", TestLog.Patience, _ => Task.FromResult(c.Secondary!.LocalTree.Size == 1), FailoverLog.Cancel);
        foreach (var node in nodes.Append(c))
            await node.StopAsync();

        var refused = await Assert.ThrowsAsync<FailoverException>(() => c.PromoteAsync(a));
        Assert.Contains("no roster lists this node", refused.Message, StringComparison.Ordinal);
        Assert.Contains("more than the 1 leaves here", refused.Message, StringComparison.Ordinal);
        Assert.True((await c.PromoteAsync(a, o => o with { WithoutRoster = true })).Changed);
    }

    [Fact]
    public async Task A_node_that_holds_nothing_and_is_on_no_roster_is_not_promoted_at_all()
    {
        var (log, nodes) = await FailoverLog.StartAsync(1);
        await using var _ = log;
        var (a, c) = (nodes[0], log.Add("c"));
        await a.StopAsync();
        await c.StartSecondaryAsync(a); // It is not there.
        await c.StopAsync();
        var refused = await Assert.ThrowsAsync<FailoverException>(
            () => c.PromoteAsync(a, o => o with { WithoutRoster = true }));
        Assert.Contains("there is nothing to promote", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_promotion_found_to_be_shown_last_is_shown_by_the_first_start_alone()
    {
        var (log, nodes) = await FailoverLog.StartAsync(1);
        await using var _ = log;
        var (a, b, absent) = (nodes[0], nodes[1], log.Add("absent"));
        await a.StopAsync();
        await b.StopAsync();
        await b.PromoteAsync(a);
        await b.StartPrimaryAsync([absent]);
        Assert.Equal(1ul, (await b.Client.GetTreeHeadAsync(FailoverLog.Cancel)).SignedTreeHead.TreeHead.Size);
        await b.StopAsync();

        // By now, it could be a copy of a node that has gone on with the log.
        await b.StartPrimaryAsync([absent]);
        var refused = await Assert.ThrowsAsync<LogClientException>(() => b.Client.GetTreeHeadAsync(FailoverLog.Cancel));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
    }

    [Fact]
    public async Task Run_again_a_promotion_completes_what_was_interrupted_and_then_says_that_nothing_is_left()
    {
        var (log, nodes) = await FailoverLog.StartAsync(1);
        await using var _ = log;
        var (a, b) = (nodes[0], nodes[1]);
        await a.StopAsync();
        await b.StopAsync();
        // Interrupted after the record was stored.
        using (var store = RocksDbLogStore.Open(b.Directory))
        {
            var record = await Sigsum.Messages.PromotionRecord.SignAsync(
                1, store.Identity.NodeId, b.InternalUrl, store.TreeHead, DateTimeOffset.UnixEpoch, log.LogKey, FailoverLog.Cancel);
            store.CommitRecords([Succession.ToStore(record)]);
        }

        var report = await b.PromoteAsync(a);
        Assert.True(report.Changed);
        Assert.Contains(report.Steps, step => step.Finding.Contains("epoch 1", StringComparison.Ordinal));
        Assert.False((await b.PromoteAsync(a)).Changed);

        // Interrupted between the transaction and the startup file.
        File.Delete(new StartupFile(b.SthFile, HostDisk.Instance).Path);
        Assert.True((await b.PromoteAsync(a)).Changed);
        Assert.Equal(StartupMode.AwaitSecondary, new StartupFile(b.SthFile, HostDisk.Instance).Read());
    }

    [Fact]
    public async Task A_rehearsal_changes_nothing()
    {
        var (log, nodes) = await FailoverLog.StartAsync(2);
        await using var _ = log;
        var (a, b) = (nodes[0], nodes[1]);
        await a.StopAsync();
        await b.StopAsync();
        var report = await b.PromoteAsync(a, o => o with { DryRun = true });
        Assert.False(report.Changed);
        using (var store = RocksDbLogStore.Open(b.Directory))
        {
            Assert.Equal(NodeRole.Secondary, store.Identity.Role);
            Assert.Null(Succession.Load(store));
        }

        Assert.False(File.Exists(new StartupFile(b.SthFile, HostDisk.Instance).Path));
        Assert.Equal(0ul, nodes[2].Secondary!.Status().Epoch);
    }

    [Fact]
    public async Task A_rehearsal_keeps_nothing_of_what_it_hears()
    {
        var (log, nodes) = await FailoverLog.StartAsync(2);
        await using var _ = log;
        var (a, b, c, d) = (nodes[0], nodes[1], nodes[2], log.Add("d"));
        await log.StopAllAsync();
        var lost = b.Id;
        await c.PromoteAsync(a, o => o with { LostNodes = [lost] });
        await d.StartSecondaryAsync(c);
        await c.StartPrimaryAsync([d]);

        // It asks the node of its roster that was promoted meanwhile, and hears of that with the answer.
        var refused = await Assert.ThrowsAsync<FailoverException>(
            () => b.PromoteAsync(a, o => o with { DryRun = true }));
        Assert.Contains($"the primary at {c.InternalUrl} answers", refused.Message, StringComparison.Ordinal);
        using var store = RocksDbLogStore.Open(b.Directory);
        Assert.Null(Succession.Load(store));
    }

    [Fact]
    public async Task A_signed_head_from_an_earlier_time_as_primary_is_not_what_the_log_goes_on_from()
    {
        var (log, nodes) = await FailoverLog.StartAsync(1);
        await using var _ = log;
        var (a, b) = (nodes[0], nodes[1]);
        File.Copy(a.SthFile, b.SthFile);
        await a.CommitAsync(2);
        await a.PublishedAsync(2);
        await a.StopAsync();
        await b.StopAsync();
        await b.PromoteAsync(a);
        Assert.False(File.Exists(b.SthFile));
        Assert.True(File.Exists($"{b.SthFile}.before-epoch-1"));
        Assert.Equal(StartupMode.AwaitSecondary, new StartupFile(b.SthFile, HostDisk.Instance).Read());
    }

    [Fact]
    public async Task A_node_whose_store_is_known_to_be_damaged_is_not_promoted()
    {
        var (log, nodes) = await FailoverLog.StartAsync(1);
        await using var _ = log;
        var (a, b) = (nodes[0], nodes[1]);
        await a.StopAsync();
        await b.StopAsync();
        using (var store = RocksDbLogStore.Open(b.Directory))
        {
            store.CommitRecords([DamageMark.ToStore(new StoreProblem("leaf 0 has changed", 0))]);
            Assert.Equal("its store is damaged: leaf 0 has changed", StatusOfStore.Read(store, null, DateTimeOffset.UnixEpoch).NotReadyBecause[0]);
        }

        var refused = await Assert.ThrowsAsync<FailoverException>(() => b.PromoteAsync(a));
        Assert.Contains("leaf 0 has changed. Promote another node", refused.Message, StringComparison.Ordinal);
        using var after = RocksDbLogStore.Open(b.Directory);
        Assert.Null(Succession.Load(after));
    }

    [Fact]
    public async Task A_primary_that_answers_is_not_replaced_unless_it_is_fenced_and_then_it_stops_for_good()
    {
        var (log, nodes) = await FailoverLog.StartAsync(1);
        await using var _ = log;
        var (a, b) = (nodes[0], nodes[1]);
        await b.StopAsync();
        var refused = await Assert.ThrowsAsync<FailoverException>(() => b.PromoteAsync(a));
        Assert.Contains("switchover", refused.Message, StringComparison.Ordinal);

        await b.PromoteAsync(a, o => o with { FencePrimary = true });
        await TestLog.NotReadyAsync(a.Services, "was promoted in epoch 1");
        foreach (var request in new Func<Task>[] { () => a.Client.GetTreeHeadAsync(FailoverLog.Cancel), () => a.AddAsync(2) })
        {
            var error = await Assert.ThrowsAsync<LogClientException>(request);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, error.StatusCode);
        }

        await a.StopAsync();
        var ended = await Assert.ThrowsAsync<SupersededException>(() => a.StartPrimaryAsync([b]));
        Assert.Contains("promotion record of epoch 1", ended.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_other_secondary_follows_by_itself_and_commits_go_on()
    {
        var (log, nodes) = await FailoverLog.StartAsync(2);
        await using var _ = log;
        var (a, b, c) = (nodes[0], nodes[1], nodes[2]);
        await a.StopAsync();
        await b.StopAsync();
        await b.PromoteAsync(a);
        await b.StartPrimaryAsync([c]);
        await b.CommitAsync(2);
        Assert.Equal(b.Primary!.LocalTree, c.Secondary!.LocalTree);
        Assert.Equal(1ul, c.Secondary.Status().Epoch);
    }

    [Fact]
    public async Task A_secondary_that_knows_of_a_promotion_acknowledges_nothing_to_who_does_not_not_even_to_who_asked_before()
    {
        var (log, nodes) = await FailoverLog.StartAsync(1);
        await using var _ = log;
        var (a, b) = (nodes[0], nodes[1]);
        await a.StopAsync();
        var asPrimaryBefore = new SecondaryClient(log.Http, b.InternalUrl);
        var held = (await asPrimaryBefore.GetTreeHeadAsync(cancellationToken: FailoverLog.Cancel)).Head!.Value.TreeHead;
        var asked = asPrimaryBefore.GetTreeHeadAsync(held.Size, TimeSpan.FromSeconds(1), FailoverLog.Cancel);

        var record = await PromotionRecord.SignAsync(
            1, Guid.NewGuid(), new Uri("http://127.0.0.1:1/"), held, DateTimeOffset.UnixEpoch, log.LogKey, FailoverLog.Cancel);
        Assert.True((await new NodeClient(log.Http, b.InternalUrl).AddPromotionAsync(record, FailoverLog.Cancel)).IsStored);
        foreach (var request in new[] { asked, asPrimaryBefore.GetTreeHeadAsync(cancellationToken: FailoverLog.Cancel) })
        {
            var error = await Assert.ThrowsAsync<LogClientException>(() => request);
            Assert.Equal(HttpStatusCode.Conflict, error.StatusCode);
        }
    }

    [Fact]
    public async Task A_secondary_that_is_away_keeps_another_one_from_being_promoted_unless_it_is_declared_lost()
    {
        var (log, nodes) = await FailoverLog.StartAsync(2);
        await using var _ = log;
        var (a, b, c) = (nodes[0], nodes[1], nodes[2]);
        await a.StopAsync();
        await b.StopAsync();
        await c.StopAsync();
        var lost = c.Id;
        var refused = await Assert.ThrowsAsync<FailoverException>(() => b.PromoteAsync(a));
        Assert.Contains($"{lost:N}", refused.Message, StringComparison.Ordinal);
        using (var store = RocksDbLogStore.Open(b.Directory))
        {
            Assert.Equal(NodeRole.Secondary, store.Identity.Role);
            // What was refused is not done by a program that changes roles, either.
            Assert.Equal(store.Identity.NodeId, Succession.Load(store)?.NodeId);
            Assert.False(Takeover.IsDue(store, Succession.Load(store)));
        }

        await b.PromoteAsync(a, o => o with { LostNodes = [lost] });
        var d = log.Add("d");
        await d.StartSecondaryAsync(b);
        await b.StartPrimaryAsync([d]);
        await b.CommitAsync(2);

        // It was not gone after all: it hears that it is out, and is not promoted.
        await c.StartSecondaryAsync(a);
        await Testing.Eventually.UntilAsync("the roster of epoch 1", TestLog.Patience,
            _ => Task.FromResult(c.Secondary!.Status().Roster == "1.1"), FailoverLog.Cancel);
        await c.StopAsync();
        await b.StopAsync();
        var out_ = await Assert.ThrowsAsync<FailoverException>(() => c.PromoteAsync(b));
        Assert.Contains("out of its roster", out_.Message, StringComparison.Ordinal);
    }

    /// <summary>One of two had to hold a leaf, and they hold different ones: one of these may have got 200.</summary>
    [Fact]
    public async Task Of_two_secondaries_with_different_trees_neither_is_promoted_before_the_operator_has_given_up_the_other()
    {
        var (log, nodes) = await FailoverLog.StartAsync(2, quorum: 1);
        await using var _ = log;
        var (a, b, c) = (nodes[0], nodes[1], nodes[2]);
        await log.StopAllAsync();
        await b.AppendAsync(2);
        await c.AppendAsync(3);

        var lost = c.Id;
        await c.StartSecondaryAsync(a);
        var refused = await Assert.ThrowsAsync<FailoverException>(() => b.PromoteAsync(a));
        Assert.Contains($"{c.InternalUrl} holds another tree from size 1 on", refused.Message, StringComparison.Ordinal);
        Assert.Equal(NodeRole.Secondary, b.Role);
        using (var store = RocksDbLogStore.Open(b.Directory))
            Assert.Null(Succession.Load(store));

        await c.StopAsync();
        await b.PromoteAsync(a, options => options with { LostNodes = [lost] });
        Assert.Equal(NodeRole.Primary, b.Role);
    }

    [Fact]
    public async Task With_one_of_two_a_lagging_secondary_fetches_what_the_other_one_holds_before_it_takes_over()
    {
        var (log, nodes) = await FailoverLog.StartAsync(2, quorum: 1);
        await using var _ = log;
        var (a, b, c) = (nodes[0], nodes[1], nodes[2]);
        await b.StopAsync();
        await a.CommitAsync(2);
        await a.CommitAsync(3);
        await a.StopAsync();
        var report = await b.PromoteAsync(a);
        Assert.Contains(report.Steps, step => step.Name == "fetched");
        await b.StartPrimaryAsync([c]);
        foreach (var number in new[] { 1, 2, 3 })
            await b.CommitAsync(number);
        Assert.Equal(3ul, b.Primary!.LocalTree.Size);
    }

    [Fact]
    public async Task Two_nodes_promoted_in_one_epoch_both_stop_when_they_hear_of_each_other()
    {
        var (log, nodes) = await FailoverLog.StartAsync(2);
        await using var _ = log;
        var (a, b, c) = (nodes[0], nodes[1], nodes[2]);
        await a.StopAsync();
        await b.StopAsync();
        await c.StopAsync();
        var (idB, idC) = (b.Id, c.Id);
        await b.PromoteAsync(a, o => o with { LostNodes = [idC] });
        await c.PromoteAsync(a, o => o with { LostNodes = [idB] });
        var (d, e) = (log.Add("d"), log.Add("e"));
        await d.StartSecondaryAsync(b);
        await e.StartSecondaryAsync(c);
        await b.StartPrimaryAsync([d]);
        await c.StartPrimaryAsync([e]);
        await TestLog.NotReadyAsync(b.Services, "two nodes were promoted in epoch 1");
        await TestLog.NotReadyAsync(c.Services, "two nodes were promoted in epoch 1");
        Assert.Equal(
            HttpStatusCode.ServiceUnavailable, (await Assert.ThrowsAsync<LogClientException>(() => b.AddAsync(9))).StatusCode);
        Assert.Equal(
            HttpStatusCode.ServiceUnavailable, (await Assert.ThrowsAsync<LogClientException>(() => c.AddAsync(9))).StatusCode);
    }

    [Fact]
    public async Task A_promotion_needs_the_logs_own_key_and_a_tree_that_has_what_the_sth_file_says()
    {
        var (log, nodes) = await FailoverLog.StartAsync(1);
        await using var _ = log;
        var (a, b) = (nodes[0], nodes[1]);
        await a.CommitAsync(2);
        await a.StopAsync();
        await b.StopAsync();
        using var other = Sigsum.Crypto.Ed25519Signer.Generate();
        using (var store = RocksDbLogStore.Open(b.Directory))
        {
            var promotion = new Promotion(
                new PromotionOptions { SthFile = b.SthFile }, store, other, a.Services, _ => Task.FromResult(true));
            await Assert.ThrowsAsync<FailoverException>(() => promotion.RunAsync(FailoverLog.Cancel));
        }

        File.WriteAllText(b.SthFile, "");
        Assert.Contains("sth-file", (await Assert.ThrowsAsync<FailoverException>(() => b.PromoteAsync(a))).Message,
            StringComparison.Ordinal);
        File.Delete(b.SthFile);
        new StartupFile(b.SthFile, HostDisk.Instance).Create(StartupMode.Empty);
        Assert.Contains("begins empty", (await Assert.ThrowsAsync<FailoverException>(() => b.PromoteAsync(a))).Message,
            StringComparison.Ordinal);
        File.Delete(new StartupFile(b.SthFile, HostDisk.Instance).Path);
        File.Copy(a.SthFile, b.SthFile);
        await b.PromoteAsync(a);
        Assert.False(File.Exists(new StartupFile(b.SthFile, HostDisk.Instance).Path));
    }
}
