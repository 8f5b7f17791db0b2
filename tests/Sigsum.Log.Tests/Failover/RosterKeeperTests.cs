using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Tests.Failover;

public sealed class RosterKeeperTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_primary_that_has_heard_of_a_later_one_makes_no_roster_of_that_epoch()
    {
        using var primary = new Primary(secondaries: 1, quorum: 1);
        primary.Succession.Learn(await PromotionRecord.SignAsync(
            1, Guid.NewGuid(), new Uri("http://other.example:6967/"), TreeHead.Empty, DateTimeOffset.UnixEpoch, primary.Key, Cancel));
        Assert.False(await primary.AdmitAsync(0));
        Assert.Null(RosterRecord.Load(primary.Store));
        Assert.Contains("was promoted in epoch 1", primary.Readiness, StringComparison.Ordinal);
    }

    /// <summary>A roster of fewer secondaries than must hold a leaf is one that nobody reads, its own primary included.</summary>
    [Fact]
    public async Task No_roster_comes_into_force_before_as_many_have_answered_as_must_hold_a_leaf()
    {
        using var primary = new Primary(secondaries: 3, quorum: 2);
        Assert.False(await primary.AdmitAsync(2));
        Assert.Null(RosterRecord.Load(primary.Store));
        Assert.Contains("2 of the secondaries must have answered, and 1 have", primary.Readiness, StringComparison.Ordinal);
        Assert.True(await primary.AdmitAsync(0));
        Assert.Equal([0, 2], RosterRecord.Load(primary.Store)!.Secondaries.Select(entry => entry.Url.Port - 1));
    }

    [Fact]
    public async Task A_secondary_is_told_once_and_again_when_it_was_away()
    {
        using var log = Ed25519Signer.Generate();
        await using var a = await RosterSecondary.StartAsync(log);
        using var primary = new Primary(log, [a.Peer]);
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
        using var log = Ed25519Signer.Generate();
        using var other = Ed25519Signer.Generate();
        await using var a = await RosterSecondary.StartAsync(other);
        using var primary = new Primary(log, [a.Peer]);
        Assert.False(await primary.AdmitAsync(0, a));
        Assert.False(await primary.AdmitAsync(0, a));
        Assert.Equal(2, a.Told);
    }

    [Fact]
    public async Task Another_node_that_answers_in_the_place_of_one_does_not_count_for_it()
    {
        using var log = Ed25519Signer.Generate();
        await using var a = await RosterSecondary.StartAsync(log);
        await using var b = await RosterSecondary.StartAsync(log);
        using var primary = new Primary(log, [a.Peer]);
        Assert.False(await primary.AdmitAsync(0, b));
        Assert.Equal(1, a.Told);
    }

    [Fact]
    public async Task A_node_that_is_replaced_must_hear_of_it_or_be_declared_lost()
    {
        using var log = Ed25519Signer.Generate();
        await using var a = await RosterSecondary.StartAsync(log);
        await using var b = await RosterSecondary.StartAsync(log);
        using var store = Primary.NewStore(log);
        using (var before = new Primary(log, [a.Peer], store: store))
            Assert.True(await before.AdmitAsync(0, a));

        a.WhenTold = () => throw new IOException("the disk is gone");
        using (var primary = new Primary(log, [b.Peer], store: store))
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
        await using var c = await RosterSecondary.StartAsync(log);
        using var last = new Primary(log, [c.Peer], lost: [b.Greeting.NodeId], store: store);
        Assert.True(await last.AdmitAsync(0, c));
        Assert.Equal([c.Entry], RosterRecord.Load(store)!.Secondaries);
    }

    [Fact]
    public async Task A_node_that_was_declared_lost_at_a_promotion_need_not_be_declared_so_again()
    {
        using var log = Ed25519Signer.Generate();
        await using var a = await RosterSecondary.StartAsync(log);
        await using var b = await RosterSecondary.StartAsync(log);
        using var store = Primary.NewStore(log);
        using (var before = new Primary(log, [a.Peer], store: store))
            Assert.True(await before.AdmitAsync(0, a));
        a.WhenTold = () => throw new IOException("the disk is gone");
        store.CommitRecords([LostNodesRecord.ToStore([a.Greeting.NodeId])]);
        using var primary = new Primary(log, [b.Peer], store: store);
        Assert.True(await primary.AdmitAsync(0, b));
    }

    [Fact]
    public async Task A_primary_that_is_to_run_alone_waits_until_its_secondary_has_heard_so()
    {
        using var log = Ed25519Signer.Generate();
        await using var a = await RosterSecondary.StartAsync(log);
        using var store = Primary.NewStore(log);
        using (var before = new Primary(log, [a.Peer], store: store))
            Assert.True(await before.AdmitAsync(0, a));

        var tries = 0;
        a.WhenTold = () => ++tries < 3 ? throw new IOException("not yet") : Task.CompletedTask;
        using var primary = new Primary(log, [], store: store);
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
        using var log = Ed25519Signer.Generate();
        await using var a = await RosterSecondary.StartAsync(log);
        await using var b = await RosterSecondary.StartAsync(log);
        await using var c = await RosterSecondary.StartAsync(log);
        await using var d = await RosterSecondary.StartAsync(log);
        using var store = Primary.NewStore(log);
        using (var before = new Primary(log, [a.Peer, b.Peer, c.Peer], quorum: 2, store: store))
        {
            Assert.False(await before.AdmitAsync(0, a));
            Assert.True(await before.AdmitAsync(1, b));
            Assert.True(await before.AdmitAsync(2, c));
            Assert.True(await before.AdmitAsync(0, a));
        }

        a.WhenTold = b.WhenTold = () => throw new IOException("away");
        using var primary = new Primary(log, [a.Peer, b.Peer, c.Peer, d.Peer], quorum: 2, store: store);
        Assert.False(await primary.AdmitAsync(3, d));
        Assert.Contains($"{a.Peer.Url.Authority}, {b.Peer.Url.Authority} must hear", primary.Readiness, StringComparison.Ordinal);
        Assert.Equal(3, RosterRecord.Load(store)!.Secondaries.Length);
        b.WhenTold = () => Task.CompletedTask;
        Assert.True(await primary.AdmitAsync(3, d));
        Assert.Equal(4, RosterRecord.Load(store)!.Secondaries.Length);
        Assert.Equal(4, d.Roster!.Secondaries.Length);
    }

    [Fact]
    public async Task No_roster_replaces_one_before_enough_of_its_nodes_hold_all_that_is_signed()
    {
        using var log = Ed25519Signer.Generate();
        await using var a = await RosterSecondary.StartAsync(log);
        using var primary = new Primary(log, [a.Peer], signed: 7);
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
        using var log = Ed25519Signer.Generate();
        await using var a = await RosterSecondary.StartAsync(log);
        using var store = Primary.NewStore(log);
        var forgotten = await Roster.SignAsync(0, 5, store.Identity.NodeId, 1, [a.Entry with { NodeId = Guid.NewGuid() }], log, Cancel);
        a.Store.CommitRecords([RosterRecord.ToStore(forgotten)]);
        using var primary = new Primary(log, [a.Peer], lost: [forgotten.Secondaries[0].NodeId!.Value], store: store);
        Assert.False(await primary.AdmitAsync(0, a));
        Assert.Equal(forgotten, RosterRecord.Load(store), SaysTheSame);
        Assert.Equal(forgotten, primary.Roster.Current, SaysTheSame);
        Assert.True(await primary.AdmitAsync(0, a));
        Assert.Equal(6ul, a.Roster!.Number);
        Assert.Equal([a.Entry], a.Roster.Secondaries);
    }

    [Fact]
    public async Task Rosters_of_others_are_not_remembered()
    {
        using var log = Ed25519Signer.Generate();
        await using var a = await RosterSecondary.StartAsync(log);
        a.Store.CommitRecords([RosterRecord.ToStore(await Roster.SignAsync(0, 5, Guid.NewGuid(), 1, [a.Entry], log, Cancel))]);
        using var primary = new Primary(log, [a.Peer]);
        Assert.False(await primary.AdmitAsync(0, a));
        Assert.Equal(1ul, RosterRecord.Load(primary.Store)!.Number);
    }

    [Fact]
    public async Task A_roster_does_not_come_into_force_if_another_node_is_promoted_meanwhile()
    {
        using var log = Ed25519Signer.Generate();
        await using var a = await RosterSecondary.StartAsync(log);
        await using var b = await RosterSecondary.StartAsync(log);
        using var store = Primary.NewStore(log);
        using (var before = new Primary(log, [a.Peer], store: store))
            Assert.True(await before.AdmitAsync(0, a));
        using var primary = new Primary(log, [b.Peer], store: store);
        var record = await PromotionRecord.SignAsync(
            1, a.Greeting.NodeId, a.Peer.Url, TreeHead.Empty, DateTimeOffset.UnixEpoch, log, Cancel);
        a.WhenTold = () =>
        {
            primary.Succession.Learn(record);
            return Task.CompletedTask;
        };
        Assert.False(await primary.AdmitAsync(0, b));
        Assert.False(primary.Roster.InForce);
        Assert.Contains("meanwhile", primary.Readiness, StringComparison.Ordinal);
        Assert.Equal([a.Entry], RosterRecord.Load(store)!.Secondaries);
    }

    [Fact]
    public async Task Another_quorum_and_another_epoch_are_other_rosters_and_the_same_ones_are_not()
    {
        using var log = Ed25519Signer.Generate();
        await using var a = await RosterSecondary.StartAsync(log);
        await using var b = await RosterSecondary.StartAsync(log);
        using var store = Primary.NewStore(log);
        foreach (var (quorum, number) in new[] { (1, 2ul), (1, 2ul), (2, 3ul) })
        {
            using var primary = new Primary(log, [a.Peer, b.Peer], quorum, store: store);
            await primary.AdmitAsync(0, a);
            Assert.True(await primary.AdmitAsync(1, b));
            Assert.Equal((0ul, number, quorum), (b.Roster!.Epoch, b.Roster.Number, b.Roster.Quorum));
        }

        var record = await PromotionRecord.SignAsync(
            1, store.Identity.NodeId, new Uri("http://primary.example:6967/"), TreeHead.Empty, DateTimeOffset.UnixEpoch, log, Cancel);
        foreach (var node in new[] { a, b })
            node.Succession.Learn(record);
        using var promoted = new Primary(log, [a.Peer, b.Peer], quorum: 2, store: store);
        promoted.Succession.Learn(record);
        await promoted.AdmitAsync(0, a);
        Assert.True(await promoted.AdmitAsync(1, b));
        Assert.Equal((1ul, 1ul), (b.Roster!.Epoch, b.Roster.Number));
    }

    private static bool SaysTheSame(Roster? one, Roster? other) => one is not null && other is not null
        && one.SaysTheSameAs(other) && (one.Epoch, one.Number) == (other.Epoch, other.Number);

    /// <summary>A primary of an empty log. Secondaries without a greeting are those of log-go: nobody tells them anything.</summary>
    private sealed class Primary : IDisposable
    {
        private readonly NodeServices _services = NodeServices.Create(TimeProvider.System, NullLoggerFactory.Instance);
        private readonly HttpClient _http = SigsumHttp.CreateForNodes();
        private readonly MemoryLogStore? _ownStore;
        private readonly Ed25519Signer? _ownKey;

        public Primary(int secondaries, int quorum)
            : this(Ed25519Signer.Generate(), LogGo(secondaries), quorum) => _ownKey = Key;

        public Primary(
            Ed25519Signer key, ImmutableArray<SecondaryPeer> secondaries, int quorum = 1, ImmutableArray<Guid> lost = default,
            ulong signed = 0, MemoryLogStore? store = null)
        {
            Key = key;
            Store = store ?? (_ownStore = NewStore(key));
            Succession = new Succession(Store, _services);
            var options = new PrimaryOptions
            {
                Node = new NodeOptions { KeyFile = "" },
                Secondaries = secondaries,
                SecondaryQuorum = Math.Min(quorum, secondaries.Length),
                LostNodes = lost.IsDefault ? [] : lost,
            };
            Roster = new RosterKeeper(options, Key, Store, Succession, url => new NodeClient(_http, url), () => signed, _services);
        }

        public Ed25519Signer Key { get; }

        public MemoryLogStore Store { get; }

        public Succession Succession { get; }

        public RosterKeeper Roster { get; }

        public string Readiness => _services.Health.Readiness().Text.Trim();

        public static MemoryLogStore NewStore(Ed25519Signer key) =>
            new(StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, key.PublicKey.KeyHash()));

        public Task<bool> AdmitAsync(int number, RosterSecondary? node = null, ulong holds = 0, bool wasAway = false) =>
            Roster.AdmitAsync(number, node?.Greeting, holds, wasAway, Cancel);

        public void Dispose()
        {
            Roster.Dispose();
            _http.Dispose();
            _ownStore?.Dispose();
            _ownKey?.Dispose();
        }

        private static ImmutableArray<SecondaryPeer> LogGo(int count)
        {
            var key = new PublicKey(new byte[PublicKey.Size]);
            return [.. Enumerable.Range(1, count).Select(port => new SecondaryPeer(new Uri($"http://127.0.0.1:{port}/"), key))];
        }
    }
}
