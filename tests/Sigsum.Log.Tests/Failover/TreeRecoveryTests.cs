using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sigsum.Crypto;
using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Log.Http;
using Sigsum.Log.Storage;
using Sigsum.Log.Tests.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;
using Sigsum.Testing;

namespace Sigsum.Log.Tests.Failover;

/// <summary>What a primary fetches back from its secondaries before it starts, and what it gives way with.</summary>
public sealed class TreeRecoveryTests : IAsyncDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));
    private readonly NodeServices _services;
    private readonly Ed25519Signer _key = Ed25519Signer.Generate();
    private readonly List<IAsyncDisposable> _nodes = [];
    private readonly List<IDisposable> _open = [];

    public TreeRecoveryTests() => _services = NodeServices.Create(_time, NullLoggerFactory.Instance);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var open in _open)
            open.Dispose();
        foreach (var node in _nodes)
            await node.DisposeAsync();
        _key.Dispose();
        _folder.Dispose();
    }

    /// <summary>
    /// Every two trees of up to four leaves that are the same up to some leaf, with every size that stays: signed, inherited, or
    /// fetched back before.
    /// </summary>
    [Fact]
    public async Task What_is_lacking_comes_back_and_what_may_be_signed_stays_for_every_pair_of_small_trees()
    {
        var secondary = await NodeAsync();
        var tried = 0;
        for (var their = 0; their <= 4; their++)
        {
            if (their > 0)
                secondary.Grow(1);
            for (var own = 0; own <= 4; own++)
            {
                for (var same = 0; same <= Math.Min(own, their); same++)
                {
                    for (var stays = 0; stays <= own; stays++)
                    {
                        foreach (var reason in new[] { "inherited", "fetched", "signed" })
                        {
                            await TryAsync(secondary, own, their, same, stays, reason);
                            tried++;
                        }
                    }
                }
            }
        }

        Assert.Equal(3 * 190, tried);
    }

    private async Task TryAsync(SecondaryParts secondary, int own, int their, int same, int stays, string reason)
    {
        var store = Tree(same, own);
        var before = store.TreeHead;
        if (reason == "fetched")
            store.CommitRecords([StoreRecord.OfNumber(TreeRecovery.FetchedKey, (ulong)stays)]);
        ImmutableArray<ClaimedHead> signed = reason == "signed"
            ? [new("a test's head", new TreeHead((ulong)stays, ProofBuilder.Root((ulong)stays, store)))]
            : [];
        var recovery = Recovery(store, signed, reason == "inherited" ? (ulong)stays : 0);

        _time.Advance(TimeSpan.FromSeconds(1));
        var outcome = await recovery.RecoverAsync(secondary.Url, secondary.Store.TreeHead, null, Cancel);

        var lacking = their > same;
        if (!lacking)
        {
            Assert.IsType<RecoveryOutcome.NothingLacking>(outcome);
            Assert.Equal(before, store.TreeHead);
        }
        else if (stays > same)
        {
            var impossible = Assert.IsType<RecoveryOutcome.Impossible>(outcome);
            Assert.Contains($"holds another tree from size {same} on", impossible.Reason, StringComparison.Ordinal);
            Assert.Contains(
                reason == "signed" ? $"a test's head was signed for size {stays}: the log has forked" : $"{stays} leaves",
                impossible.Reason, StringComparison.Ordinal);
            Assert.Equal(before, store.TreeHead);
        }
        else
        {
            var recovered = Assert.IsType<RecoveryOutcome.Recovered>(outcome);
            Assert.Equal((secondary.Url, before, store.TreeHead), (recovered.From, recovered.Before, recovered.After));
            Leaf[] all = [.. StoreData.Leaves(0, their), .. StoreData.Leaves(1000, own - same)];
            Assert.Equal(all, SetAsideFile.Read(store, 0, store.TreeHead.Size));
            Assert.Equal((ulong)their, TreeRecovery.RecoveredTo(store));
            Assert.Equal((ulong)their, TreeRecovery.KeptSize(store, 0));
            Assert.Equal(TreeState.Active, store.Identity.TreeState);
            Assert.Equal(own > same, recovered.SetAside is not null);
            if (recovered.SetAside is { } path)
            {
                Assert.Equal(_folder.FullName, Path.GetDirectoryName(path));
                Assert.Equal(StoreData.Leaves(1000, own - same), SetAsideFile.ReadBack(HostDisk.Instance, path).SelectMany(leaves => leaves));
            }
        }
    }

    [Fact]
    public async Task A_leaf_that_both_have_is_not_put_at_the_end_again()
    {
        var secondary = await NodeAsync(3);
        var store = Tree(0, 0);
        var appender = TreeAppender.Restore(store);
        store.Commit(appender.Prepare([StoreData.Leaf(0), StoreData.Leaf(2), StoreData.Leaf(1000), StoreData.Leaf(1)]));
        await Recovery(store).RecoverAsync(secondary.Url, secondary.Store.TreeHead, null, Cancel);
        Assert.Equal([.. StoreData.Leaves(0, 3), StoreData.Leaf(1000)], SetAsideFile.Read(store, 0, store.TreeHead.Size));

        store = Tree(0, 0);
        store.Commit(TreeAppender.Restore(store).Prepare([StoreData.Leaf(1)]));
        _time.Advance(TimeSpan.FromSeconds(1));
        await Recovery(store).RecoverAsync(secondary.Url, secondary.Store.TreeHead, null, Cancel);
        Assert.Equal(secondary.Store.TreeHead, store.TreeHead);
    }

    [Fact]
    public async Task More_own_leaves_than_are_read_at_once_go_to_the_end_in_their_order()
    {
        var secondary = await NodeAsync(2);
        var store = Tree(1, 5001);
        await Recovery(store).RecoverAsync(secondary.Url, secondary.Store.TreeHead, null, Cancel);
        Assert.Equal(5002ul, store.TreeHead.Size);
        var leaves = new Leaf[5002];
        store.ReadLeaves(0, leaves);
        Assert.Equal([.. StoreData.Leaves(0, 2), .. StoreData.Leaves(1000, 5000)], leaves);
    }

    [Fact]
    public async Task A_secondary_that_takes_the_question_and_does_not_answer_is_not_waited_for()
    {
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        var url = new Uri($"http://{silent.LocalEndpoint}/");
        var store = Tree(2, 2);
        using var stop = new CancellationTokenSource();
        var asking = Recovery(store).RunAsync([new SecondaryPeer(url, _key.PublicKey)], null, stop.Token);
        using var taken = await silent.AcceptSocketAsync(Cancel);
        Assert.False(asking.IsCompleted);
        _time.Advance(TreeRecovery.Patience);
        Assert.IsType<RecoveryOutcome.NothingLacking>(await asking);

        asking = Recovery(store).RunAsync([new SecondaryPeer(url, _key.PublicKey)], null, stop.Token);
        using var again = await silent.AcceptSocketAsync(Cancel);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    /// <summary>It is not forgotten that the log is larger; and what was taken meanwhile is not mistaken for it.</summary>
    [Fact]
    public async Task Leaves_that_were_taken_after_a_recovery_was_broken_off_give_way_all_the_same()
    {
        var secondary = await NodeAsync(3);
        using var port = FreePort.Reserve();
        var store = Tree(0, 0);
        await Assert.ThrowsAsync<Client.LogClientException>(
            () => Recovery(store).RecoverAsync(port.Url, secondary.Store.TreeHead, null, Cancel));
        Assert.Equal((3ul, 0ul), (TreeRecovery.RecoveredTo(store), TreeRecovery.KeptSize(store, 0)));
        store.Commit(TreeAppender.Restore(store).Prepare(StoreData.Leaves(1000, 4)));
        Assert.IsType<RecoveryOutcome.Recovered>(
            await Recovery(store).RecoverAsync(secondary.Url, secondary.Store.TreeHead, null, Cancel));
        Assert.Equal([.. StoreData.Leaves(0, 3), .. StoreData.Leaves(1000, 4)], SetAsideFile.Read(store, 0, store.TreeHead.Size));
        Assert.Equal(3ul, TreeRecovery.KeptSize(store, 0));
    }

    /// <summary>The node that holds the rest is lost in the middle of it. What is there may be committed, and gives way to nobody.</summary>
    [Fact]
    public async Task What_was_fetched_before_a_recovery_was_broken_off_stays()
    {
        var secondary = await NodeAsync(600);
        var other = await NodeAsync();
        other.Store.Commit(TreeAppender.Restore(other.Store).Prepare(StoreData.Leaves(2000, 700)));
        var store = Tree(0, 0);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var first = new Told(_ => stop.Cancel());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Recovery(store).RecoverAsync(secondary.Url, secondary.Store.TreeHead, first, stop.Token));
        Assert.Equal((512ul, 512ul), (store.TreeHead.Size, TreeRecovery.KeptSize(store, 0)));
        Assert.IsType<RecoveryOutcome.Impossible>(
            await Recovery(store).RecoverAsync(other.Url, other.Store.TreeHead, null, Cancel));
        Assert.IsType<RecoveryOutcome.Recovered>(
            await Recovery(store).RecoverAsync(secondary.Url, secondary.Store.TreeHead, null, Cancel));
        Assert.Equal((secondary.Store.TreeHead, 600ul), (store.TreeHead, TreeRecovery.KeptSize(store, 0)));
    }

    [Fact]
    public async Task Every_secondary_is_asked_and_one_that_cannot_help_does_not_hide_one_that_can()
    {
        var other = await NodeAsync();
        other.Store.Commit(TreeAppender.Restore(other.Store).Prepare(StoreData.Leaves(2000, 2)));
        var shorter = await NodeAsync(4);
        var longer = await NodeAsync(6);
        using var port = FreePort.Reserve();
        var away = new SecondaryPeer(port.Url, _key.PublicKey);
        var impostor = (await NodeAsync(9)).Peer with { PublicKey = _key.PublicKey };

        var store = Tree(3, 3);
        store.CommitRecords([StoreRecord.OfNumber(TreeRecovery.FetchedKey, 3)]);
        var outcome = await Recovery(store).RunAsync([away, shorter.Peer, impostor, longer.Peer], null, Cancel);
        Assert.Equal(longer.Url, Assert.IsType<RecoveryOutcome.Recovered>(outcome).From);
        Assert.Equal(longer.Store.TreeHead, store.TreeHead);
        Assert.IsType<RecoveryOutcome.NothingLacking>(await Recovery(store).RunAsync([shorter.Peer, longer.Peer], null, Cancel));

        store = Tree(3, 3);
        store.CommitRecords([StoreRecord.OfNumber(TreeRecovery.FetchedKey, 3)]);
        foreach (ImmutableArray<SecondaryPeer> peers in new ImmutableArray<SecondaryPeer>[] { [other.Peer, longer.Peer], [longer.Peer, other.Peer] })
        {
            Assert.IsType<RecoveryOutcome.Impossible>(await Recovery(store).RunAsync(peers, null, Cancel));
            Assert.Equal(longer.Store.TreeHead, store.TreeHead);
        }
    }

    [Fact]
    public async Task A_log_is_not_born_where_a_secondary_holds_leaves()
    {
        var store = Tree(0, 0);
        var (empty, full) = (await NodeAsync(), await NodeAsync(2));
        await Recovery(store).RequireEmptyAsync([], Cancel);
        await Recovery(store).RequireEmptyAsync([empty.Peer], Cancel);
        var refused = await Assert.ThrowsAsync<StartupException>(() => Recovery(store).RequireEmptyAsync([empty.Peer, full.Peer], Cancel));
        Assert.Contains($"the secondary {full.Url} holds 2 leaves", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_size_that_is_damaged_is_not_taken_for_none()
    {
        var store = Tree(3, 3);
        Assert.Null(TreeRecovery.RecoveredTo(store));
        Assert.Equal(0ul, TreeRecovery.KeptSize(store, 0));
        Assert.Equal(0ul, TreeRecovery.InheritedSize(store, Log.Signing.StartupMode.Saved));
        Assert.Equal(ulong.MaxValue, TreeRecovery.InheritedSize(store, Log.Signing.StartupMode.AwaitSecondary));
        Assert.Equal(3ul, TreeRecovery.KeptSize(store, ulong.MaxValue));
        store.CommitRecords([TreeRecovery.Inherits(store), StoreRecord.OfNumber(TreeRecovery.RecordKey, 3), StoreRecord.OfNumber(TreeRecovery.FetchedKey, 2)]);
        Assert.Equal(3ul, TreeRecovery.InheritedSize(store, Log.Signing.StartupMode.AwaitSecondary));
        Assert.Equal(0ul, TreeRecovery.InheritedSize(store, Log.Signing.StartupMode.Saved));
        Assert.Equal((3ul, 2ul, 3ul), (TreeRecovery.RecoveredTo(store), TreeRecovery.KeptSize(store, 1), TreeRecovery.KeptSize(store, 3)));

        store.CommitRecords([new StoreRecord(TreeRecovery.RecordKey, "two"u8.ToArray())]);
        var error = Assert.Throws<StoreException>(() => TreeRecovery.RecoveredTo(store));
        Assert.Contains("'recovered' is damaged", error.Message, StringComparison.Ordinal);
    }

    private async Task<SecondaryParts> NodeAsync(int leaves = 0)
    {
        var node = await SecondaryParts.StartAsync(_key);
        _nodes.Add(node);
        if (leaves > 0)
            node.Grow(leaves);
        return node;
    }

    private TreeRecovery Recovery(MemoryLogStore store, ImmutableArray<ClaimedHead> signed = default, ulong inherited = 0)
    {
        var nodes = InternalNetwork.Open(new NodeOptions { KeyFile = "" }, new Succession(store, _services), _services);
        _open.Add(nodes);
        return new TreeRecovery(store, _folder.FullName, signed.IsDefault ? [] : signed, inherited, nodes, _services);
    }

    /// <summary>A primary's tree with some leaves of the others, and then its own.</summary>
    private MemoryLogStore Tree(int same, int size)
    {
        var store = new MemoryLogStore(StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, _key.PublicKey.KeyHash()));
        _open.Add(store);
        var appender = TreeAppender.Restore(store);
        if (same > 0)
            appender.Append(store, same);
        if (size > same)
            store.Commit(appender.Prepare(StoreData.Leaves(1000, size - same)));
        return store;
    }
}
