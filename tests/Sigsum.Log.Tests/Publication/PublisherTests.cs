using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Sigsum.Crypto;
using Sigsum.Log.Hosting;
using Sigsum.Log.Pipeline;
using Sigsum.Log.Publication;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Messages;
using Hash = Sigsum.Crypto.Hash;

namespace Sigsum.Log.Tests.Publication;

public sealed class PublisherTests : IDisposable
{
    private static readonly Hash A = Hash.Sha256([1]);
    private static readonly Hash B = Hash.Sha256([2]);

    private readonly Ed25519Signer _key = Ed25519Signer.Generate();
    private readonly MemoryLogStore _store = new(StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, null));
    private readonly NodeServices _services = NodeServices.Create(TimeProvider.System, NullLoggerFactory.Instance);
    private readonly Publisher _publisher;

    public PublisherTests() => _publisher = new Publisher(_store, new HeadReplicas(0, 0, _services), _services);

    public void Dispose()
    {
        _key.Dispose();
        _store.Dispose();
    }

    [Fact]
    public async Task A_refresh_renews_cosignatures_and_loses_none_of_the_same_head()
    {
        var head = await HeadAsync(5);
        _publisher.Publish(head, [By(A, 100), By(B, 100)]);
        _publisher.Publish(head, [By(A, 200)]);
        Assert.Equal([By(A, 200), By(B, 100)], Shown);
        _publisher.AddLate(head, By(B, 201));
        Assert.Equal([By(A, 200), By(B, 201)], Shown.OrderBy(c => c.Timestamp));
    }

    [Fact]
    public async Task A_new_head_starts_with_its_own_cosignatures_and_takes_none_that_come_late_for_the_old_one()
    {
        var old = await HeadAsync(5);
        _publisher.Publish(old, [By(A, 100), By(B, 100)]);
        _publisher.Publish(await HeadAsync(6), [By(A, 200)]);
        _publisher.AddLate(old, By(B, 201));
        Assert.Equal([By(A, 200)], Shown);
    }

    [Fact]
    public async Task What_is_shown_is_stored_and_never_goes_back()
    {
        _publisher.Publish(await HeadAsync(6), [By(A, 100)]);
        var stored = Publisher.LoadPublished(_store, _key.PublicKey);
        Assert.Equal(_publisher.Current!.Head, stored);
        var smaller = await HeadAsync(5);
        Assert.Throws<InvariantViolationException>(() => _publisher.Publish(smaller, []));
        Assert.Equal(6ul, _publisher.Current.Size);
    }

    [Fact]
    public async Task What_was_withdrawn_stays_withdrawn()
    {
        _publisher.Publish(await HeadAsync(5), []);
        _publisher.Withdraw();
        _publisher.Publish(await HeadAsync(6), []);
        Assert.Null(_publisher.Current);
    }

    [Fact]
    public async Task A_head_that_covers_a_damaged_leaf_is_shown_no_longer_and_never_again()
    {
        _publisher.Publish(await HeadAsync(5), []);
        _publisher.WithdrawAbove(5);
        Assert.Equal(5ul, _publisher.Current!.Size);
        _publisher.Publish(await HeadAsync(6), []);
        Assert.Equal(5ul, _publisher.Current.Size);
        _publisher.Publish(await HeadAsync(5), [By(A, 200)]);
        Assert.Equal([By(A, 200)], Shown);
        _publisher.WithdrawAbove(4);
        Assert.Null(_publisher.Current);
        _publisher.WithdrawAbove(5);
        _publisher.Publish(await HeadAsync(5), []);
        Assert.Null(_publisher.Current);
    }

    [Fact]
    public async Task What_is_stored_is_compared_with_what_is_shown()
    {
        Assert.True(_publisher.IsStoredAsShown());
        _publisher.Publish(await HeadAsync(6), [By(A, 100)]);
        Assert.True(_publisher.IsStoredAsShown());
        byte[] record = _store.ReadRecord(Publisher.RecordKey)!;
        record[^2] ^= 1;
        _store.CommitRecords([new StoreRecord(Publisher.RecordKey, record)]);
        Assert.False(_publisher.IsStoredAsShown());
        _store.CommitRecords([new StoreRecord(Publisher.RecordKey, default)]);
        Assert.False(_publisher.IsStoredAsShown());
    }

    private ImmutableArray<Cosignature> Shown => _publisher.Current!.Head.Cosignatures;

    private static Cosignature By(Hash witness, ulong timestamp) => new(witness, timestamp, default);

    private async Task<StoredTreeHead> HeadAsync(ulong size) => StoredTreeHead.Loaded(await SignedTreeHead.SignAsync(
        new TreeHead(size, Hash.Sha256([(byte)size])), _key, TestContext.Current.CancellationToken));
}
