using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Tests.Failover;

/// <summary>Rosters of the primary of an empty log, which starts again with other secondaries.</summary>
public sealed class RosterKeeperTests : IAsyncDisposable
{
    private readonly Ed25519Signer _log = Ed25519Signer.Generate();
    private readonly MemoryLogStore _store;
    private readonly List<SecondaryParts> _nodes = [];

    public RosterKeeperTests() =>
        _store = new MemoryLogStore(StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, _log.PublicKey.KeyHash()));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        _store.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task A_primary_that_has_heard_of_a_later_one_makes_no_roster_of_that_epoch()
    {
        using var primary = Primary(LogGo(1));
        primary.Succession.Learn(await PromotionRecord.SignAsync(
            1, Guid.NewGuid(), new Uri("http://other.example:6967/"), TreeHead.Empty, DateTimeOffset.UnixEpoch, _log, Cancel));
        Assert.False(await primary.AdmitAsync(0));
        Assert.Null(RosterRecord.Load(_store));
        Assert.Contains("was promoted in epoch 1", primary.Readiness, StringComparison.Ordinal);
    }

    /// <summary>A roster of fewer secondaries than must hold a leaf is one that nobody reads, its own primary included.</summary>
    [Fact]
    public async Task No_roster_comes_into_force_before_as_many_have_answered_as_must_hold_a_leaf()
    {
        using var primary = Primary(LogGo(3), quorum: 2);
        Assert.False(await primary.AdmitAsync(2));
        Assert.Null(RosterRecord.Load(_store));
        Assert.Contains("2 of the secondaries must have answered, and 1 have", primary.Readiness, StringComparison.Ordinal);
        Assert.True(await primary.AdmitAsync(0));
        Assert.Equal([0, 2], RosterRecord.Load(_store)!.Secondaries.Select(entry => entry.Url.Port - 1));
    }

    [Fact]
    public async Task A_secondary_is_told_once_and_again_when_it_was_away()
    {
        var a = await NodeAsync();
        using var primary = Primary([a.Peer]);
        Assert.False(primary.Roster.InForce);
        Assert.True(await primary.AdmitAsync(0, a));
        Assert.True(primary.Roster.InForce);
        Assert.Equal("ok", primary.Readiness);
        Assert.Equal(primary.Roster.Current, a.Roster, SaysTheSame);
        Assert.Equal((0ul, 1ul, 1), (a.Roster!.Epoch, a.Roster.Number, a.Roster.Quorum));
        Assert.Equal([a.Entry], a.Roster.Secondaries);

        Assert.True(await primary.AdmitAsync(0, a));
        Assert.Equal(1, a.Told);
        Assert.True(await primary.AdmitAsync(0, a, wasAway: true));
        Assert.Equal((2, 1ul), (a.Told, a.Roster.Number));
    }

    [Fact]
    public async Task A_secondary_that_does_not_store_the_roster_does_not_count()
    {
        using var other = Ed25519Signer.Generate();
        await using var a = await SecondaryParts.StartAsync(other);
        using var primary = Primary([a.Peer]);
        Assert.False(await primary.AdmitAsync(0, a));
        Assert.False(await primary.AdmitAsync(0, a));
        Assert.Equal(2, a.Told);
    }

    [Fact]
    public async Task Another_node_that_answers_in_the_place_of_one_does_not_count_for_it()
    {
        var a = await NodeAsync();
        var b = await NodeAsync();
        using var primary = Primary([a.Peer]);
        Assert.False(await primary.AdmitAsync(0, b));
        Assert.Equal(1, a.Told);
    }

    [Fact]
    public async Task A_node_that_is_replaced_must_hear_of_it_or_be_declared_lost()
    {
        var a = await NodeAsync();
        var b = await NodeAsync();
        await ListAsync(a);

        a.WhenTold = () => throw new IOException("the disk is gone");
        using (var primary = Primary([b.Peer]))
        {
            Assert.False(await primary.AdmitAsync(0, b));
            Assert.False(primary.Roster.InForce);
            Assert.Contains($"write --lost-node={a.Greeting.NodeId:N}", primary.Readiness, StringComparison.Ordinal);
            Assert.Null(b.Roster);

            a.WhenTold = () => Task.CompletedTask;
            Assert.True(await primary.AdmitAsync(0, b));
            Assert.True(primary.Roster.InForce);
            Assert.Equal("ok", primary.Readiness);
        }

        Assert.Equal(2ul, b.Roster!.Number);
        Assert.Equal([b.Entry], a.Roster!.Secondaries);

        a.WhenTold = b.WhenTold = () => throw new IOException("the disk is gone");
        var c = await NodeAsync();
        using var last = Primary([c.Peer], lost: [b.Greeting.NodeId]);
        Assert.True(await last.AdmitAsync(0, c));
        Assert.Equal([c.Entry], RosterRecord.Load(_store)!.Secondaries);
    }

    [Fact]
    public async Task A_node_that_was_declared_lost_at_a_promotion_need_not_be_declared_so_again()
    {
        var a = await NodeAsync();
        var b = await NodeAsync();
        await ListAsync(a);
        a.WhenTold = () => throw new IOException("the disk is gone");
        _store.CommitRecords([LostNodesRecord.ToStore([a.Greeting.NodeId])]);
        using var primary = Primary([b.Peer]);
        Assert.True(await primary.AdmitAsync(0, b));
    }

    [Fact]
    public async Task A_primary_that_is_to_run_alone_waits_until_its_secondary_has_heard_so()
    {
        var a = await NodeAsync();
        await ListAsync(a);

        var tries = 0;
        a.WhenTold = () => ++tries < 3 ? throw new IOException("not yet") : Task.CompletedTask;
        using var primary = Primary([]);
        var settled = false;
        await primary.Roster.RunAloneAsync(() => settled = true, Cancel);
        Assert.True(settled);
        Assert.True(primary.Roster.InForce);
        Assert.Equal(3, tries);
        Assert.Empty(a.Roster!.Secondaries);
    }

    /// <summary>
    /// Two of three had to hold a leaf, so two of them can promote one of themselves: no roster replaces theirs before all but one have
    /// heard of it.
    /// </summary>
    [Fact]
    public async Task So_many_of_those_that_stay_hear_of_a_new_one_that_the_others_cannot_promote()
    {
        var a = await NodeAsync();
        var b = await NodeAsync();
        var c = await NodeAsync();
        var d = await NodeAsync();
        using (var before = Primary([a.Peer, b.Peer, c.Peer], quorum: 2))
        {
            Assert.False(await before.AdmitAsync(0, a));
            Assert.True(await before.AdmitAsync(1, b));
            Assert.True(await before.AdmitAsync(2, c));
            Assert.True(await before.AdmitAsync(0, a));
        }

        a.WhenTold = b.WhenTold = () => throw new IOException("away");
        using var primary = Primary([a.Peer, b.Peer, c.Peer, d.Peer], quorum: 2);
        Assert.False(await primary.AdmitAsync(3, d));
        Assert.Contains($"{a.Peer.Url.Authority}, {b.Peer.Url.Authority} must hear", primary.Readiness, StringComparison.Ordinal);
        Assert.Equal(3, RosterRecord.Load(_store)!.Secondaries.Length);
        b.WhenTold = () => Task.CompletedTask;
        Assert.True(await primary.AdmitAsync(3, d));
        Assert.Equal(4, RosterRecord.Load(_store)!.Secondaries.Length);
        Assert.Equal(4, d.Roster!.Secondaries.Length);
    }

    [Fact]
    public async Task One_that_stays_and_missed_the_new_one_is_told_before_it_counts_again()
    {
        var a = await NodeAsync();
        var b = await NodeAsync();
        var c = await NodeAsync();
        using var primary = Primary([a.Peer, b.Peer, c.Peer]);
        Assert.True(await primary.AdmitAsync(0, a));
        Assert.True(await primary.AdmitAsync(1, b));
        a.WhenTold = () => throw new IOException("away for a moment");
        Assert.True(await primary.AdmitAsync(2, c));
        Assert.Equal(2, a.Roster!.Secondaries.Length);
        Assert.False(await primary.AdmitAsync(0, a));
        a.WhenTold = () => Task.CompletedTask;
        Assert.True(await primary.AdmitAsync(0, a));
        Assert.Equal(3, a.Roster.Secondaries.Length);
    }

    [Fact]
    public async Task A_roster_that_somebody_was_told_and_that_did_not_come_into_force_is_followed_by_a_later_one()
    {
        var told = await NodeAsync();
        var away = await NodeAsync();
        var b = await NodeAsync();
        var c = await NodeAsync();
        await StoreAsync(_store, 1, _store.Identity.NodeId, told.Entry, away.Entry);
        away.WhenTold = () => throw new IOException("away");
        using var primary = Primary([b.Peer, c.Peer]);
        Assert.False(await primary.AdmitAsync(0, b));
        Assert.Equal((2ul, 1), (told.Roster!.Number, told.Roster.Secondaries.Length));
        Assert.False(await primary.AdmitAsync(1, c));
        Assert.Equal((3ul, 2), (told.Roster.Number, told.Roster.Secondaries.Length));
        Assert.Equal(1ul, RosterRecord.Load(_store)!.Number);
    }

    [Fact]
    public async Task A_node_that_another_one_answers_for_has_not_heard_that_it_was_replaced()
    {
        var stranger = await NodeAsync();
        var b = await NodeAsync();
        var gone = stranger.Entry with { NodeId = Guid.NewGuid() };
        await StoreAsync(_store, 1, _store.Identity.NodeId, gone);
        using var primary = Primary([b.Peer]);
        Assert.False(await primary.AdmitAsync(0, b));
        Assert.Contains(
            $"node {gone.NodeId:N} ({gone.Url.Authority}), which has held this log, is no longer among the secondaries and another node "
            + "answers in its place", primary.Readiness, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_roster_replaces_one_before_enough_of_its_nodes_hold_all_that_is_signed()
    {
        var a = await NodeAsync();
        using var primary = Primary([a.Peer], signed: 7);
        Assert.False(await primary.AdmitAsync(0, a, holds: 6));
        Assert.Contains("1 of the secondaries must hold all 7 leaves", primary.Readiness, StringComparison.Ordinal);
        Assert.Null(a.Roster);
        Assert.True(await primary.AdmitAsync(0, a, holds: 7));
        // Once it is in force, the latest word of a secondary does not take it back.
        Assert.True(await primary.AdmitAsync(0, a, holds: 3));
    }

    [Fact]
    public async Task An_older_copy_of_a_primary_goes_on_after_the_rosters_that_it_has_forgotten()
    {
        var a = await NodeAsync();
        var forgotten = await StoreAsync(a.Store, 5, _store.Identity.NodeId, a.Entry with { NodeId = Guid.NewGuid() });
        using var primary = Primary([a.Peer], lost: [forgotten.Secondaries[0].NodeId!.Value]);
        Assert.False(await primary.AdmitAsync(0, a));
        Assert.Equal(forgotten, RosterRecord.Load(_store), SaysTheSame);
        Assert.Equal(forgotten, primary.Roster.Current, SaysTheSame);
        Assert.True(await primary.AdmitAsync(0, a));
        Assert.Equal(6ul, a.Roster!.Number);
        Assert.Equal([a.Entry], a.Roster.Secondaries);
    }

    [Fact]
    public async Task Rosters_of_others_are_not_remembered()
    {
        var a = await NodeAsync();
        await StoreAsync(a.Store, 5, Guid.NewGuid(), a.Entry);
        using var primary = Primary([a.Peer]);
        Assert.False(await primary.AdmitAsync(0, a));
        Assert.Equal(1ul, RosterRecord.Load(_store)!.Number);
    }

    [Fact]
    public async Task A_roster_does_not_come_into_force_if_another_node_is_promoted_meanwhile()
    {
        var a = await NodeAsync();
        var b = await NodeAsync();
        await ListAsync(a);
        using var primary = Primary([b.Peer]);
        var record = await PromotionRecord.SignAsync(
            1, a.Greeting.NodeId, a.Peer.Url, TreeHead.Empty, DateTimeOffset.UnixEpoch, _log, Cancel);
        a.WhenTold = () =>
        {
            primary.Succession.Learn(record);
            return Task.CompletedTask;
        };
        Assert.False(await primary.AdmitAsync(0, b));
        Assert.False(primary.Roster.InForce);
        Assert.Contains("meanwhile", primary.Readiness, StringComparison.Ordinal);
        Assert.Equal([a.Entry], RosterRecord.Load(_store)!.Secondaries);
    }

    [Fact]
    public async Task Another_quorum_and_another_epoch_are_other_rosters_and_the_same_ones_are_not()
    {
        var a = await NodeAsync();
        var b = await NodeAsync();
        foreach (var (quorum, number) in new[] { (1, 2ul), (1, 2ul), (2, 3ul) })
        {
            using var primary = Primary([a.Peer, b.Peer], quorum);
            await primary.AdmitAsync(0, a);
            Assert.True(await primary.AdmitAsync(1, b));
            Assert.Equal((0ul, number, quorum), (b.Roster!.Epoch, b.Roster.Number, b.Roster.Quorum));
        }

        var record = await PromotionRecord.SignAsync(
            1, _store.Identity.NodeId, new Uri("http://primary.example:6967/"), TreeHead.Empty, DateTimeOffset.UnixEpoch, _log, Cancel);
        foreach (var node in new[] { a, b })
            node.Succession.Learn(record);
        using var promoted = Primary([a.Peer, b.Peer], quorum: 2);
        promoted.Succession.Learn(record);
        await promoted.AdmitAsync(0, a);
        Assert.True(await promoted.AdmitAsync(1, b));
        Assert.Equal((1ul, 1ul), (b.Roster!.Epoch, b.Roster.Number));
    }

    private static bool SaysTheSame(Roster? one, Roster? other) => one is not null && other is not null
        && one.SaysTheSameAs(other) && (one.Epoch, one.Number) == (other.Epoch, other.Number);

    /// <summary>Secondaries of log-go: they have no node ids, and nobody tells them anything.</summary>
    private static ImmutableArray<SecondaryPeer> LogGo(int count)
    {
        var key = new PublicKey(new byte[PublicKey.Size]);
        return [.. Enumerable.Range(1, count).Select(port => new SecondaryPeer(new Uri($"http://127.0.0.1:{port}/"), key))];
    }

    private async Task<SecondaryParts> NodeAsync()
    {
        var node = await SecondaryParts.StartAsync(_log);
        _nodes.Add(node);
        return node;
    }

    private StartedPrimary Primary(
        ImmutableArray<SecondaryPeer> secondaries, int quorum = 1, ImmutableArray<Guid> lost = default, ulong signed = 0) =>
        new(_log, _store, new PrimaryOptions
        {
            Node = new NodeOptions { KeyFile = "" },
            Secondaries = secondaries,
            SecondaryQuorum = Math.Min(quorum, secondaries.Length),
            LostNodes = lost.IsDefault ? [] : lost,
        }, signed);

    /// <summary>A node has stored a roster of epoch 0.</summary>
    private async Task<Roster> StoreAsync(MemoryLogStore store, ulong number, Guid primary, params RosterEntry[] secondaries)
    {
        var roster = await Roster.SignAsync(0, number, primary, 1, [.. secondaries], _log, Cancel);
        store.CommitRecords([RosterRecord.ToStore(roster)]);
        return roster;
    }

    /// <summary>A primary of before has had this one secondary.</summary>
    private async Task ListAsync(SecondaryParts node)
    {
        using var before = Primary([node.Peer]);
        Assert.True(await before.AdmitAsync(0, node));
    }

    /// <summary>What of a primary keeps rosters, from its start on.</summary>
    private sealed class StartedPrimary : IDisposable
    {
        private readonly NodeServices _services = NodeServices.Create(TimeProvider.System, NullLoggerFactory.Instance);
        private readonly HttpClient _http = SigsumHttp.CreateForNodes();

        public StartedPrimary(Ed25519Signer key, MemoryLogStore store, PrimaryOptions options, ulong signed)
        {
            Succession = new Succession(store, _services);
            Roster = new RosterKeeper(options, key, store, Succession, url => new NodeClient(_http, url), () => signed, _services);
        }

        public Succession Succession { get; }

        public RosterKeeper Roster { get; }

        public string Readiness => _services.Health.Readiness().Text.Trim();

        public Task<bool> AdmitAsync(int number, SecondaryParts? node = null, ulong holds = 0, bool wasAway = false) =>
            Roster.AdmitAsync(number, node?.Greeting, holds, wasAway, Cancel);

        public void Dispose()
        {
            Roster.Dispose();
            _http.Dispose();
        }
    }
}
