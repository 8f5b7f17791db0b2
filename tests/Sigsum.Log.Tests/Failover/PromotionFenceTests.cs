using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Sigsum.Crypto;
using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Log.Storage;
using Sigsum.Log.Tests.Storage;
using Sigsum.Messages;
using Sigsum.Testing;

namespace Sigsum.Log.Tests.Failover;

/// <summary>Whom a promotion tells, what it fetches, and when that is not enough.</summary>
public sealed class PromotionFenceTests : IAsyncDisposable
{
    private readonly Ed25519Signer _key = Ed25519Signer.Generate();
    private readonly MemoryLogStore _store;
    private readonly NodeServices _services = NodeServices.Create(TimeProvider.System, NullLoggerFactory.Instance);
    private readonly Succession _succession;
    private readonly FailoverSteps _steps = new();
    private readonly List<SecondaryParts> _nodes = [];
    private readonly List<IDisposable> _open = [];

    public PromotionFenceTests()
    {
        _store = new MemoryLogStore(StoreIdentity.ForNew(NodeRole.Secondary, TreeType.PreorderedLog, _key.PublicKey.KeyHash()));
        TreeAppender.Restore(_store).Append(_store, 3);
        _succession = new Succession(_store, _services);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var open in _open)
            open.Dispose();
        foreach (var node in _nodes)
            await node.DisposeAsync();
        _store.Dispose();
        _key.Dispose();
    }

    /// <summary>Up to three others, every quorum, every set of them that is away, and every set of those that is given up.</summary>
    [Fact]
    public async Task Enough_must_know_of_it_or_all_of_the_rest_be_given_up()
    {
        RosterEntry[] here = [(await NodeAsync()).Entry, (await NodeAsync()).Entry, (await NodeAsync()).Entry];
        RosterEntry[] away = [Away(), Away(), Away()];
        var record = await RecordAsync();
        _succession.Learn(record);
        var tried = 0;
        for (var n = 1; n <= 3; n++)
        {
            for (var k = 1; k <= n + 1; k++)
            {
                for (var gone = 0; gone < 1 << n; gone++)
                {
                    for (var lost = 0; lost < 1 << n; lost++)
                    {
                        if ((lost & ~gone) != 0)
                            continue;
                        var others = Enumerable.Range(0, n).Select(i => (gone >> i & 1) == 0 ? here[i] : away[i]).ToArray();
                        var givenUp = others.Where((_, i) => (lost >> i & 1) == 1).ToArray();
                        var fenced = n - int.PopCount(gone);
                        var enough = fenced + 1 + k > n + 1 && 2 * (fenced + 1) > n + 1;
                        var roster = await RosterAsync(k, others);
                        // Nodes with ids are given up by id, those without by their address.
                        var options = new PromotionOptions
                        {
                            SthFile = "",
                            LostNodes = [.. givenUp.Take(1).Select(entry => entry.NodeId!.Value)],
                            LostUrls = [.. givenUp.Skip(1).Select(entry => entry.Url)],
                        };
                        if (enough || lost == gone)
                        {
                            var unheard = await RunAsync(roster, record, options);
                            Assert.Equal(others.Where((_, i) => (gone >> i & 1) == 1).Select(entry => entry.Url), unheard);
                        }
                        else
                        {
                            var refused = await Assert.ThrowsAsync<FailoverException>(() => RunAsync(roster, record, options));
                            Assert.StartsWith($"{fenced + 1} of {n + 1} secondaries know of the promotion, ", refused.Message, StringComparison.Ordinal);
                            Assert.Contains("write --lost-node for each", refused.Message, StringComparison.Ordinal);
                            foreach (var entry in others.Except(givenUp))
                                Assert.Equal(away.Contains(entry), refused.Message.Contains(PromotionPeers.Name(entry), StringComparison.Ordinal));
                        }

                        tried++;
                    }
                }
            }
        }

        Assert.Equal((2 * 3) + (3 * 9) + (4 * 27), tried);
        Assert.All(_nodes, node => Assert.Equal(record, Succession.Load(node.Store)));
    }

    [Fact]
    public async Task What_a_fenced_node_holds_beyond_this_tree_is_fetched()
    {
        var (shorter, longer) = (await NodeAsync(2), await NodeAsync(5));
        var record = await RecordAsync();
        _succession.Learn(record);
        await RunAsync(await RosterAsync(2, shorter.Entry, longer.Entry), record);
        Assert.Equal(longer.Store.TreeHead, _store.TreeHead);
        Assert.Equal(
            $"2 leaves from {PromotionPeers.Name(longer.Entry)}; size 5 now", Assert.Single(_steps.All, step => step.Name == "fetched").Finding);
    }

    /// <summary>Every tree of another node of up to four leaves, the same as the three here up to some leaf, and every size that the log
    /// is known to have signed here. Without that, it is not for this node to say which of the two is the log's.</summary>
    [Fact]
    public async Task A_node_that_holds_another_tree_ends_the_promotion_unless_that_is_certainly_not_the_logs()
    {
        var record = await RecordAsync();
        _succession.Learn(record);
        for (var same = 0; same <= 3; same++)
        {
            for (var size = same; size <= 4; size++)
            {
                var other = await NodeAsync(same);
                if (size > same)
                    other.Store.Commit(TreeAppender.Restore(other.Store).Prepare(StoreData.Leaves(1000, size - same)));
                var roster = await RosterAsync(1, other.Entry);
                for (ulong signed = 0; signed <= 3; signed++)
                {
                    if (size == same || same == 3 || signed > (ulong)same)
                    {
                        await RunAsync(roster, record, signed: signed);
                    }
                    else
                    {
                        var refused = await Assert.ThrowsAsync<FailoverException>(() => RunAsync(roster, record, signed: signed));
                        Assert.Contains($"{other.Url} holds another tree from size {same} on", refused.Message, StringComparison.Ordinal);
                    }

                    // A larger tree that this one is the beginning of is fetched, as any.
                    if (same == 3 && size == 4)
                    {
                        Assert.Equal(other.Store.TreeHead, _store.TreeHead);
                        return;
                    }

                    Assert.Equal(3ul, _store.TreeHead.Size);
                }
            }
        }

        Assert.Fail("the last tree was not tried");
    }

    [Fact]
    public async Task Leaves_of_another_tree_and_the_word_of_another_key_are_not_taken()
    {
        var other = await NodeAsync();
        other.Store.Commit(TreeAppender.Restore(other.Store).Prepare(StoreData.Leaves(1000, 4)));
        var longer = await NodeAsync(5);
        var record = await RecordAsync();
        _succession.Learn(record);
        var refused = await Assert.ThrowsAsync<FailoverException>(async () => await RunAsync(await RosterAsync(1, other.Entry), record));
        Assert.Contains($"{other.Url} holds another tree from size 0 on", refused.Message, StringComparison.Ordinal);
        refused = await Assert.ThrowsAsync<FailoverException>(
            async () => await RunAsync(await RosterAsync(1, longer.Entry with { PublicKey = _key.PublicKey }), record));
        Assert.Contains("is not signed with its key", refused.Message, StringComparison.Ordinal);
        Assert.Equal(3ul, _store.TreeHead.Size);
    }

    [Fact]
    public async Task Another_node_at_the_address_of_one_does_not_count_for_it()
    {
        var node = await NodeAsync();
        var record = await RecordAsync();
        _succession.Learn(record);
        var roster = await RosterAsync(1, node.Entry with { NodeId = Guid.NewGuid() });
        await Assert.ThrowsAsync<FailoverException>(() => RunAsync(roster, record));
        Assert.Empty(await RunAsync(await RosterAsync(1, node.Entry with { NodeId = null }), record));
    }

    [Fact]
    public async Task The_primary_before_is_told_or_must_be_away()
    {
        var before = await NodeAsync();
        var away = Away().Url;
        var record = await RecordAsync();
        _succession.Learn(record);
        Assert.Empty(await RunAsync(null, record, null, before.Url, answers: true));
        Assert.Equal(record, Succession.Load(before.Store));
        Assert.Equal([away], await RunAsync(null, record, null, away, answers: false));
        var refused = await Assert.ThrowsAsync<FailoverException>(() => RunAsync(null, record, null, away, answers: true));
        Assert.Contains($"the primary at {away} answers and does not take the promotion record", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_latest_roster_of_this_log_that_anybody_knows_is_found()
    {
        var (a, b, c) = (await NodeAsync(), await NodeAsync(), await NodeAsync());
        RosterEntry[] others = [Away(), a.Entry, b.Entry, c.Entry];
        var rosters = new List<Roster>();
        for (ulong number = 1; number <= 3; number++)
            rosters.Add(await Roster.SignAsync(0, number, Guid.NewGuid(), 1, [a.Entry, b.Entry], _key, Cancel));
        using var nodes = Contacts();
        Assert.Null(await nodes.LaterRosterAsync(others, null, _key.PublicKey, Cancel));
        a.Store.CommitRecords([RosterRecord.ToStore(rosters[1])]);
        c.Store.CommitRecords([RosterRecord.ToStore(rosters[0])]);
        Assert.Equal(2ul, (await nodes.LaterRosterAsync(others, null, _key.PublicKey, Cancel))!.Number);
        Assert.Equal(2ul, (await nodes.LaterRosterAsync(others, rosters[0], _key.PublicKey, Cancel))!.Number);
        Assert.Null(await nodes.LaterRosterAsync(others, rosters[1], _key.PublicKey, Cancel));
        Assert.Null(await nodes.LaterRosterAsync(others, rosters[2], _key.PublicKey, Cancel));
        using var other = Ed25519Signer.Generate();
        Assert.Null(await nodes.LaterRosterAsync(others, null, other.PublicKey, Cancel));
    }

    private async Task<ImmutableArray<Uri>> RunAsync(
        Roster? roster, PromotionRecord record, PromotionOptions? options = null, Uri? primary = null, bool answers = false,
        ulong signed = 0)
    {
        using var nodes = Contacts();
        var peers = new PromotionPeers(roster, _store.Identity.NodeId, options ?? new PromotionOptions { SthFile = "" });
        return await new PromotionFence(nodes, peers, _store, signed, _steps).RunAsync(record, primary, answers, Cancel);
    }

    private PromotionContacts Contacts() => new(new PromotionOptions { SthFile = "" }, _succession, _services);

    private async Task<SecondaryParts> NodeAsync(int leaves = 0)
    {
        var node = await SecondaryParts.StartAsync(_key);
        _nodes.Add(node);
        if (leaves > 0)
            node.Grow(leaves);
        return node;
    }

    private RosterEntry Away()
    {
        var port = FreePort.Reserve();
        _open.Add(port);
        return new RosterEntry(Guid.NewGuid(), _key.PublicKey, port.Url);
    }

    /// <summary>Of this node and others.</summary>
    private async Task<Roster> RosterAsync(int quorum, params RosterEntry[] others) => await Roster.SignAsync(
        0, 1, Guid.NewGuid(), quorum, [new(_store.Identity.NodeId, _key.PublicKey, new Uri("http://self.example/")), .. others], _key, Cancel);

    private async Task<PromotionRecord> RecordAsync() => await PromotionRecord.SignAsync(
        1, _store.Identity.NodeId, null, _store.TreeHead, DateTimeOffset.UnixEpoch, _key, Cancel);
}
