using Microsoft.Extensions.Logging.Abstractions;
using Sigsum.Crypto;
using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Log.Http;
using Sigsum.Log.Pipeline;
using Sigsum.Log.Replication;
using Sigsum.Log.Scrubbing;
using Sigsum.Log.Storage;
using Sigsum.Log.Tests.Failover;
using Sigsum.Log.Tests.Hosting;
using Sigsum.Log.Tests.Pipeline;
using Sigsum.Log.Tests.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;
using Sigsum.Testing;

namespace Sigsum.Log.Tests.Replication;

/// <summary>Whom a secondary follows, what it stores, and what keeps it from that.</summary>
public sealed class FollowerTests : IAsyncDisposable
{
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(1234);

    private readonly WatchedTime _time = new();
    private readonly NodeServices _services;
    private readonly Ed25519Signer _log = Ed25519Signer.Generate();
    private readonly MemoryLogStore _store;
    private readonly Succession _succession;
    private readonly InternalNetwork _network;
    private readonly SecondaryRole _role = new();
    private readonly StoreDamage _damage = new();
    private readonly Watermark _localSize = new(0);
    private readonly KnownHead _known;
    private readonly List<SecondaryParts> _nodes = [];
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
    private Task _running = Task.CompletedTask;

    public FollowerTests()
    {
        _services = NodeServices.Create(_time, NullLoggerFactory.Instance);
        _store = new MemoryLogStore(StoreIdentity.ForNew(NodeRole.Secondary, TreeType.PreorderedLog, _log.PublicKey.KeyHash()));
        _succession = new Succession(_store, _services);
        _network = InternalNetwork.Open(new NodeOptions { KeyFile = "" }, _succession, _services);
        _known = new KnownHead(_store, _role, _services);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Readiness => _services.Health.Readiness().Text;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running; // ends without an error
        foreach (var node in _nodes)
            await node.DisposeAsync();
        _stop.Dispose();
        _damage.Dispose();
        _store.Dispose();
        _network.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task Leaves_are_stored_as_they_come_and_nothing_waits_for_a_clock()
    {
        var primary = await NodeAsync();
        primary.Grow(3);
        Follow(primary.Url);
        await HoldsAsync(3);
        Assert.Equal("ok\n", Readiness);
        primary.Grow(1);
        await HoldsAsync(4);
        primary.Grow(10_000);
        await HoldsAsync(10_004);
        Assert.Equal(primary.Store.TreeHead, _store.TreeHead);
    }

    [Fact]
    public async Task Another_tree_is_not_followed()
    {
        var primary = await NodeAsync();
        primary.Grow(3);
        _store.Commit(TreeAppender.Restore(_store).Prepare(StoreData.Leaves(1000, 2)));
        Follow(primary.Url);
        Assert.Equal(Poll, await NextPauseAsync());
        Assert.Contains("primary: has root", Readiness, StringComparison.Ordinal);
        Assert.Contains("not the same tree", Readiness, StringComparison.Ordinal);
        Assert.Equal(2ul, _store.TreeHead.Size);
    }

    [Fact]
    public async Task Leaves_that_contradict_a_signed_head_are_not_stored_and_end_the_right_to_acknowledge()
    {
        var primary = await NodeAsync();
        primary.Grow(5);
        await LearnAsync(new TreeHead(4, Crypto.Hash.Sha256([1])));
        Follow(primary.Url);
        Assert.Equal(Poll, await NextPauseAsync());
        Assert.Contains("primary: is not followed: the log has signed root", Readiness, StringComparison.Ordinal);
        Assert.Equal(0ul, _store.TreeHead.Size);
        Assert.NotNull(_role.RevokedBecause);
        _time.Advance(Poll);
        Assert.Equal(Poll, await NextPauseAsync());
        Assert.Equal(0ul, _store.TreeHead.Size);
    }

    [Fact]
    public async Task Leaves_that_lead_to_a_signed_head_are_stored_and_those_behind_it()
    {
        var primary = await NodeAsync();
        primary.Grow(5);
        await LearnAsync(new TreeHead(4, ProofBuilder.Root(4, primary.Store)));
        Follow(primary.Url);
        await HoldsAsync(5);
        Assert.Null(_role.RevokedBecause);
    }

    [Fact]
    public async Task A_frozen_tree_gets_nothing_until_it_is_active_again()
    {
        var primary = await NodeAsync();
        primary.Grow(2);
        var identity = _store.Identity;
        _store.UpdateIdentity([identity with { TreeState = TreeState.Frozen }], []);
        Follow(primary.Url);
        Assert.Equal(Poll, await NextPauseAsync());
        Assert.Equal("primary: is not followed: this secondary's tree is frozen\n", Readiness);
        Assert.Equal(0ul, _store.TreeHead.Size);
        _store.UpdateIdentity([identity], []);
        _time.Advance(Poll);
        await HoldsAsync(2);
        Assert.Equal("ok\n", Readiness);
    }

    [Fact]
    public async Task A_damaged_store_gets_nothing_any_more()
    {
        var primary = await NodeAsync();
        primary.Grow(2);
        Follow(primary.Url);
        await HoldsAsync(2);
        _damage.Report("a leaf has changed");
        primary.Grow(1);
        Assert.Equal(Poll, await NextPauseAsync());
        Assert.Equal("primary: is not followed: this secondary's store is damaged\n", Readiness);
        _time.Advance(Poll);
        Assert.Equal(Poll, await NextPauseAsync());
        Assert.Equal(2ul, _store.TreeHead.Size);
    }

    [Fact]
    public async Task Without_an_address_it_says_so_and_looks_again()
    {
        var primary = await NodeAsync();
        primary.Grow(2);
        Follow(null);
        Assert.Equal(Poll, await NextPauseAsync());
        Assert.Contains("primary: is not known: neither a promotion record nor --primary-url names it", Readiness, StringComparison.Ordinal);
        await PromoteAsync(1, primary);
        _time.Advance(Poll);
        await HoldsAsync(2);
    }

    [Fact]
    public async Task A_primary_that_is_away_is_asked_again_at_longer_and_longer_intervals()
    {
        using var port = FreePort.Reserve();
        Follow(port.Url);
        foreach (var wait in new[] { 50, 100, 200, 400, 500, 500 })
        {
            Assert.Equal(TimeSpan.FromMilliseconds(wait), await NextPauseAsync());
            Assert.StartsWith("primary: cannot be followed: ", Readiness, StringComparison.Ordinal);
            _time.Advance(TimeSpan.FromMilliseconds(wait));
        }
    }

    [Fact]
    public async Task The_node_that_the_record_names_is_followed_and_where_it_is_away_the_configured_address_is_tried()
    {
        using var port = FreePort.Reserve();
        var primary = await NodeAsync();
        primary.Grow(2);
        var record = await PromoteAsync(1, primary, port.Url);
        primary.Succession.Learn(record);
        Follow(primary.Url);
        Assert.Equal(TimeSpan.FromMilliseconds(50), await NextPauseAsync());
        _time.Advance(TimeSpan.FromMilliseconds(50));
        await HoldsAsync(2);
        Assert.Equal("ok\n", Readiness);
    }

    [Fact]
    public async Task A_primary_of_an_earlier_epoch_is_told_and_not_followed()
    {
        var before = await NodeAsync();
        before.Grow(2);
        var other = await NodeAsync();
        var record = await PromoteAsync(1, other, before.Url);
        Follow(null);
        Assert.Equal(Poll, await NextPauseAsync());
        Assert.Contains($"{before.Url.Authority} is of an earlier epoch and is not followed", Readiness, StringComparison.Ordinal);
        Assert.Equal(record, Succession.Load(before.Store));
        _time.Advance(Poll);
        Assert.Equal(Poll, await NextPauseAsync());
        Assert.Equal(0ul, _store.TreeHead.Size);
    }

    [Fact]
    public async Task A_node_that_is_to_be_primary_still_fetches_from_the_one_before()
    {
        var before = await NodeAsync();
        before.Grow(2);
        var record = await PromotionRecord.SignAsync(
            1, _store.Identity.NodeId, null, TreeHead.Empty, DateTimeOffset.UnixEpoch, _log, Cancel);
        _succession.Learn(record);
        Follow(before.Url);
        await HoldsAsync(2);
        Assert.Equal(record, Succession.Load(before.Store));
    }

    [Fact]
    public async Task A_later_epoch_ends_a_request_that_is_held()
    {
        var (before, next) = (await NodeAsync(), await NodeAsync());
        before.Grow(2);
        next.Grow(3);
        Follow(before.Url);
        await HoldsAsync(2);
        next.Succession.Learn(await PromoteAsync(1, next));
        await HoldsAsync(3);
        Assert.Equal("ok\n", Readiness);
    }

    private void Follow(Uri? configured)
    {
        var addresses = new PrimaryAddresses(configured, _succession, _network.Feed);
        _running = new Follower(
            addresses, _network.Node, _store, _succession, _known, _role, _localSize, _damage, Hold, Poll, _services).RunAsync(_stop.Token);
    }

    private async Task<SecondaryParts> NodeAsync()
    {
        var node = await SecondaryParts.StartAsync(_log);
        _nodes.Add(node);
        return node;
    }

    private async Task<PromotionRecord> PromoteAsync(ulong epoch, SecondaryParts node, Uri? url = null)
    {
        var record = await PromotionRecord.SignAsync(
            epoch, node.Greeting.NodeId, url ?? node.Url, TreeHead.Empty, DateTimeOffset.UnixEpoch, _log, Cancel);
        _succession.Learn(record);
        return record;
    }

    /// <summary>It hears of a head beyond its tree.</summary>
    private async Task LearnAsync(TreeHead head)
    {
        _store.CommitRecords([RosterRecord.ToStore(await Roster.SignAsync(0, 1, Guid.NewGuid(), 0, [], _log, Cancel))]);
        Assert.Equal(KnownHeadVerdict.Behind, _known.Learn(new CosignedTreeHead(await SignedTreeHead.SignAsync(head, _log, Cancel), [])));
    }

    private async Task HoldsAsync(ulong size)
    {
        Assert.True(await _localSize.WaitAboveAsync(size - 1, TestLog.Patience, TimeProvider.System, Cancel), Readiness);
        Assert.Equal(size, _store.TreeHead.Size);
        await Eventually.UntilAsync("ready", TestLog.Patience, _ => Task.FromResult(_services.Health.Readiness().Ok), Cancel);
    }

    /// <summary>The next wait that is not the limit of a request.</summary>
    private async Task<TimeSpan> NextPauseAsync()
    {
        while (true)
        {
            var wait = await _time.NextWaitAsync();
            if (wait < TimeSpan.FromSeconds(5))
                return wait;
        }
    }
}
