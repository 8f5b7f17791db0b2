using Microsoft.Extensions.Logging.Abstractions;
using Sigsum.Crypto;
using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Tests.Failover;

/// <summary>Who is primary, as far as one node can know from promotion records.</summary>
public sealed class SuccessionTests : IDisposable
{
    private readonly Ed25519Signer _key = Ed25519Signer.Generate();
    private readonly NodeServices _services = NodeServices.Create(TimeProvider.System, NullLoggerFactory.Instance);
    private readonly MemoryLogStore _store;

    public SuccessionTests() =>
        _store = new MemoryLogStore(StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, _key.PublicKey.KeyHash()));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _key.Dispose();
        _store.Dispose();
    }

    [Fact]
    public async Task A_later_record_is_stored_before_anybody_acts_on_it()
    {
        var succession = new Succession(_store, _services);
        PromotionRecord? stored = null;
        succession.Superseded += _ => stored = Succession.Load(_store);
        var record = await RecordAsync(1, Guid.NewGuid());

        Assert.Equal(SuccessionVerdict.Later, succession.Learn(record));
        Assert.Equal(record, stored);
        Assert.Equal(record, new Succession(_store, _services).Latest);
        Assert.Equal(1ul, succession.Epoch.Value);
        Assert.False(SuccessionRules.MayBePrimary(succession.Latest, _store.Identity.NodeId));
    }

    [Fact]
    public async Task The_same_record_and_earlier_ones_change_nothing()
    {
        var succession = new Succession(_store, _services);
        var first = await RecordAsync(1, Guid.NewGuid());
        var second = await RecordAsync(2, _store.Identity.NodeId);
        var acted = 0;
        succession.Superseded += _ => acted++;
        succession.Learn(first);
        succession.Learn(second);
        Assert.Equal(SuccessionVerdict.Same, succession.Learn(second));
        Assert.Equal(SuccessionVerdict.Earlier, succession.Learn(first));
        Assert.Equal(2, acted);
        Assert.True(SuccessionRules.MayBePrimary(succession.Latest, _store.Identity.NodeId));
    }

    [Fact]
    public async Task Two_records_of_one_epoch_are_a_conflict_that_is_told_once()
    {
        var succession = new Succession(_store, _services);
        var told = new List<string>();
        succession.Conflicted += told.Add;
        var first = await RecordAsync(1, _store.Identity.NodeId);
        succession.Learn(first);
        Assert.Equal(SuccessionVerdict.Conflict, succession.Learn(await RecordAsync(1, Guid.NewGuid())));
        Assert.Equal(SuccessionVerdict.Conflict, succession.Learn(await RecordAsync(1, Guid.NewGuid())));
        Assert.Contains("run `sigsum-log promote` there", Assert.Single(told), StringComparison.Ordinal);
        Assert.Contains($"epoch 1, {first.NodeId} and {succession.Rival!.NodeId}", told[0], StringComparison.Ordinal);
        Assert.Equal(first, succession.Latest);

        // Also after the next start.
        var again = new Succession(_store, _services);
        Assert.Equal(succession.Rival, again.Rival);
        Assert.Equal(told[0], again.Conflict);
        Assert.Equal(1ul, again.Epoch.Value);
    }

    [Fact]
    public async Task A_stored_record_that_is_damaged_or_of_another_log_is_not_taken_for_none()
    {
        _store.CommitRecords([new StoreRecord(Succession.RecordKey, "epoch=1\n"u8.ToArray())]);
        var error = Assert.Throws<StoreException>(() => new Succession(_store, _services));
        Assert.Contains("the stored promotion record is damaged", error.Message, StringComparison.Ordinal);

        using var other = Ed25519Signer.Generate();
        var foreign = await PromotionRecord.SignAsync(
            9, Guid.NewGuid(), null, TreeHead.Empty, DateTimeOffset.UnixEpoch, other, Cancel);
        _store.CommitRecords([Succession.ToStore(foreign)]);
        error = Assert.Throws<StoreException>(() => new Succession(_store, _services));
        Assert.Contains("is not signed with this log's key", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rehearsal_knows_what_the_store_knows_and_keeps_nothing()
    {
        new Succession(_store, _services).Learn(await RecordAsync(1, Guid.NewGuid()));
        var rehearsal = Succession.ForRehearsal(_store, _services);
        Assert.Equal(1ul, rehearsal.Latest!.Epoch);
        rehearsal.Learn(await RecordAsync(2, Guid.NewGuid()));
        Assert.Equal(1ul, Succession.Load(_store)!.Epoch);
    }

    [Fact]
    public async Task Records_of_another_log_or_with_a_bad_signature_are_not_taken()
    {
        var succession = new Succession(_store, _services);
        using var other = Ed25519Signer.Generate();
        var foreign = await PromotionRecord.SignAsync(
            9, Guid.NewGuid(), null, TreeHead.Empty, DateTimeOffset.UnixEpoch, other, Cancel);
        Assert.Equal(SuccessionVerdict.NotThisLog, succession.Learn(foreign));
        Assert.Equal(SuccessionVerdict.NotThisLog, succession.Learn(foreign with { LogKey = _key.PublicKey }));
        Assert.Null(succession.Latest);
        Assert.Null(_store.ReadRecord(Succession.RecordKey));
    }

    [Fact]
    public async Task The_other_side_lacks_our_record_when_it_knows_an_earlier_one_or_another_one()
    {
        var ours = await RecordAsync(2, Guid.NewGuid());
        var node = Guid.NewGuid();
        Assert.False(SuccessionRules.Lacks(NodeGreeting.For(node, null), null));
        Assert.True(SuccessionRules.Lacks(NodeGreeting.For(node, null), ours));
        Assert.True(SuccessionRules.Lacks(NodeGreeting.For(node, await RecordAsync(1, node)), ours));
        Assert.True(SuccessionRules.Lacks(NodeGreeting.For(node, await RecordAsync(2, node)), ours));
        Assert.False(SuccessionRules.Lacks(NodeGreeting.For(node, ours), ours));
        Assert.False(SuccessionRules.Lacks(NodeGreeting.For(node, await RecordAsync(3, node)), ours));
    }

    private ValueTask<PromotionRecord> RecordAsync(ulong epoch, Guid node) => PromotionRecord.SignAsync(
        epoch, node, new Uri("http://node.example/"), TreeHead.Empty, DateTimeOffset.UnixEpoch, _key, Cancel);
}
