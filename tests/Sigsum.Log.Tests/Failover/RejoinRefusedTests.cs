using Sigsum.Log.Failover;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Tests.Failover;

/// <summary>When <c>rejoin</c> refuses, what it says, and that the node is as it was then.</summary>
public sealed class RejoinRefusedTests
{
    [Fact]
    public async Task A_node_of_no_log_has_nothing_to_rejoin()
    {
        await using var log = new FailoverLog();
        var (a, b) = (log.Add("a"), log.Add("b"));
        RocksDbLogStore.Create(b.Directory, StoreIdentity.ForNew(NodeRole.Secondary, TreeType.PreorderedLog, null)).Dispose();
        await RefusedAsync(b, a, "never been told its log's key");
    }

    [Fact]
    public async Task A_log_that_was_never_promoted_has_nobody_to_rejoin()
    {
        var (log, nodes) = await FailoverLog.StartAsync(1);
        await using var _ = log;
        await nodes[0].StopAsync();
        await RefusedAsync(nodes[0], nodes[1], $"neither this node nor {nodes[1].InternalUrl} knows of a promotion");
        var other = log.Add("other");
        await nodes[1].StopAsync();
        await other.StartSecondaryAsync(nodes[0]);
        await RefusedAsync(nodes[1], other, $"neither this node nor {other.InternalUrl} knows of a promotion");
    }

    [Fact]
    public async Task A_primary_that_does_not_answer_is_not_rejoined()
    {
        await using var at = await PromotedAsync();
        await at.New.StopAsync();
        await RefusedAsync(at.Old, at.New, $"the primary at {at.New.InternalUrl} cannot be asked");
    }

    [Fact]
    public async Task A_head_that_cannot_be_read_is_not_taken_for_none()
    {
        await using var at = await PromotedAsync();
        await File.WriteAllTextAsync(at.Old.SthFile, "nonsense", FailoverLog.Cancel);
        await RefusedAsync(at.Old, at.New, "cannot read the signed tree head in");
    }

    [Fact]
    public async Task Leaves_are_set_aside_only_when_the_operator_agrees()
    {
        await using var at = await PromotedAsync();
        var asked = "";
        var refused = await Assert.ThrowsAsync<FailoverException>(() => at.Old.RejoinAsync(at.New, agree: question =>
        {
            asked = question;
            return false;
        }));
        Assert.Contains("not agreed to", refused.Message, StringComparison.Ordinal);
        Assert.Contains("set aside 2 leaves that nobody has signed", asked, StringComparison.Ordinal);
        AssertUnchanged(at.Old);

        refused = await Assert.ThrowsAsync<FailoverException>(() => at.Old.RejoinAsync(at.New, keepAll: true, agree: _ => true));
        Assert.Contains("2 leaves that nobody has signed are on this node only", refused.Message, StringComparison.Ordinal);
        AssertUnchanged(at.Old);

        var rehearsed = await at.Old.RejoinAsync(at.New, dryRun: true, agree: _ => throw new InvalidOperationException("a rehearsal asks nobody"));
        Assert.False(rehearsed.Changed);
        Assert.Contains(rehearsed.Steps, step => step.Finding == "the same up to size 1; 2 leaves are on this node only");
        AssertUnchanged(at.Old);
    }

    [Fact]
    public async Task Without_leaves_of_its_own_it_keeps_all_and_is_asked_for_the_role_alone()
    {
        await using var at = await PromotedAsync(leaves: 0);
        // It knows the record already, and is a primary still.
        await Assert.ThrowsAsync<Log.Hosting.SupersededException>(() => at.Old.StartPrimaryAsync([at.New]));
        await at.Old.StopAsync();
        var asked = "";
        var report = await at.Old.RejoinAsync(at.New, keepAll: true, agree: question =>
        {
            asked = question;
            return true;
        });
        Assert.Equal("Make this node a secondary?", asked);
        Assert.True(report.Changed);
        Assert.Equal(NodeRole.Secondary, at.Old.Role);
        Assert.Contains(report.LeftToDo, line => line.Contains($"--primary-url={at.New.InternalUrl}`", StringComparison.Ordinal));
        Assert.Empty(Directory.GetFiles(at.Old.Directory, "set-aside-*"));
    }

    [Fact]
    public async Task Another_node_that_is_asked_names_the_primary()
    {
        var (log, nodes) = await FailoverLog.StartAsync(2);
        await using var _ = log;
        var (a, b, c) = (nodes[0], nodes[1], nodes[2]);
        await a.StopAsync();
        await b.StopAsync();
        await b.PromoteAsync(a);
        await b.StartPrimaryAsync([c]);
        await b.CommitAsync(2);
        var report = await a.RejoinAsync(c);
        Assert.Contains(report.Steps, step => step.Name == "followed");
        Assert.Equal(NodeRole.Secondary, a.Role);
    }

    [Fact]
    public async Task A_secondary_that_was_away_at_the_promotion_learns_of_it()
    {
        var (log, nodes) = await FailoverLog.StartAsync(2);
        await using var _ = log;
        var (a, b, c) = (nodes[0], nodes[1], nodes[2]);
        await log.StopAllAsync();
        await c.StartSecondaryAsync(a);
        await b.PromoteAsync(a);
        await b.StartPrimaryAsync([]);
        await c.StopAsync();
        using (var store = RocksDbLogStore.Open(c.Directory))
            store.CommitRecords([new StoreRecord(Succession.RecordKey, default)]);
        Assert.True((await c.RejoinAsync(b)).Changed);
        using (var store = RocksDbLogStore.Open(c.Directory))
            Assert.Equal(1ul, Succession.Load(store)!.Epoch);
        Assert.False((await c.RejoinAsync(b)).Changed);
    }

    /// <summary>The record names a place, and another node is there today.</summary>
    [Fact]
    public async Task A_node_that_is_not_the_one_of_the_record_is_not_rejoined()
    {
        await using var at = await PromotedAsync();
        await Assert.ThrowsAsync<Log.Hosting.SupersededException>(() => at.Old.StartPrimaryAsync([at.New]));
        await at.Old.StopAsync();
        await at.New.StopAsync();
        Directory.Delete(at.New.Directory, recursive: true);
        await at.New.StartSecondaryAsync(at.Old);
        await RefusedAsync(at.Old, at.New, $"{at.New.InternalUrl} is a secondary", "write --primary-url of that one");

        await at.New.StopAsync();
        Directory.Delete(at.New.Directory, recursive: true);
        File.Delete(at.New.SthFile);
        await at.New.StartPrimaryAsync([]);
        await RefusedAsync(at.Old, at.New, $"{at.New.InternalUrl} is a primary", "write --primary-url of that one");
    }

    private static async Task RefusedAsync(FailoverNode node, FailoverNode primary, params string[] because)
    {
        var role = node.Role;
        var refused = await Assert.ThrowsAsync<FailoverException>(() => node.RejoinAsync(primary));
        foreach (var text in because)
            Assert.Contains(text, refused.Message, StringComparison.Ordinal);
        Assert.Equal(role, node.Role);
    }

    private static void AssertUnchanged(FailoverNode node)
    {
        Assert.Equal(NodeRole.Primary, node.Role);
        Assert.True(File.Exists(node.SthFile));
        Assert.Empty(Directory.GetFiles(node.Directory, "set-aside-*"));
        using var store = RocksDbLogStore.Open(node.Directory);
        Assert.Equal(3ul, store.TreeHead.Size);
        Assert.Null(Succession.Load(store));
    }

    /// <summary>A log whose primary took leaves that nobody signed, and is stopped; its secondary was promoted and runs.</summary>
    private static async Task<Promoted> PromotedAsync(int leaves = 2)
    {
        var (log, nodes) = await FailoverLog.StartAsync(1);
        var (a, b) = (nodes[0], nodes[1]);
        await b.StopAsync();
        for (var number = 10; number < 10 + leaves; number++)
            Assert.Equal(Client.AddLeafStatus.Accepted, await a.AddAsync(number));
        await a.StopAsync();
        await b.PromoteAsync(a);
        await b.StartPrimaryAsync([]);
        return new Promoted(log, a, b);
    }

    private sealed record Promoted(FailoverLog Log, FailoverNode Old, FailoverNode New) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Log.DisposeAsync();
    }
}
