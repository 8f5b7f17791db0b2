using Microsoft.Extensions.Logging.Abstractions;
using Sigsum.Crypto;
using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Log.Publication;
using Sigsum.Log.Storage;
using Sigsum.Log.Tests.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Tests.Failover;

/// <summary>What a secondary makes of the heads that its primary is about to publish.</summary>
public sealed class KnownHeadTests : IDisposable
{
    private readonly Ed25519Signer _key = Ed25519Signer.Generate();
    private readonly MemoryLogStore _store;
    private readonly MemoryLogStore _log = new(StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, null));
    private readonly TreeAppender _appender;
    private readonly SecondaryRole _role = new();
    private readonly KnownHead _known;

    public KnownHeadTests()
    {
        _store = new MemoryLogStore(StoreIdentity.ForNew(NodeRole.Secondary, TreeType.PreorderedLog, _key.PublicKey.KeyHash()));
        _appender = TreeAppender.Restore(_store);
        _appender.Append(_store, 3);
        TreeAppender.Restore(_log).Append(_log, 10);
        _known = NewKnownHead();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _store.Dispose();
        _log.Dispose();
        _key.Dispose();
    }

    [Fact]
    public async Task Before_it_knows_the_logs_key_it_believes_nobody()
    {
        Assert.Equal(KnownHeadVerdict.NotThisLog, _known.Learn(await HeadAsync(2)));
        Assert.Null(_known.Current);
    }

    [Fact]
    public async Task A_head_of_another_log_is_not_taken()
    {
        await TellKeyAsync();
        using var other = Ed25519Signer.Generate();
        Assert.Equal(KnownHeadVerdict.NotThisLog, _known.Learn(await HeadAsync(2, signer: other)));
        Assert.Null(_known.Current);
        Assert.Null(_role.RevokedBecause);
    }

    [Fact]
    public async Task The_largest_head_is_kept_and_the_same_one_with_what_was_cosigned_last()
    {
        await TellKeyAsync();
        foreach (ulong size in new[] { 0ul, 2ul, 3ul })
        {
            var head = await HeadAsync(size);
            Assert.Equal(KnownHeadVerdict.Stored, _known.Learn(head));
            Assert.Equal(head, _known.Current);
        }

        Assert.Equal(KnownHeadVerdict.Stored, _known.Learn(await HeadAsync(2)));
        Assert.Equal(3ul, _known.Current!.SignedTreeHead.TreeHead.Size);
        var again = await HeadAsync(3) with
        {
            Cosignatures = [new Cosignature(_key.PublicKey.KeyHash(), 1, (await HeadAsync(3)).SignedTreeHead.Signature)],
        };
        Assert.Equal(KnownHeadVerdict.Stored, _known.Learn(again));
        Assert.Equal(again.Cosignatures, _known.Current.Cosignatures);
        Assert.Equal(again.Cosignatures, NewKnownHead().Current!.Cosignatures);
        Assert.Null(_role.RevokedBecause);
    }

    [Fact]
    public async Task A_head_that_its_tree_does_not_have_ends_its_right_to_acknowledge()
    {
        await TellKeyAsync();
        Assert.Equal(KnownHeadVerdict.Contradicts, _known.Learn(await HeadAsync(3, root: _log.TreeHead.RootHash)));
        Assert.Null(_known.Current);
        Assert.Null(Publisher.LoadPublished(_store, null));
        Assert.Contains("`sigsum-log verify`", _role.RevokedBecause, StringComparison.Ordinal);
        Assert.Contains("for size 3", _role.RevokedBecause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leaves_on_the_way_to_a_larger_head_must_lead_there()
    {
        await TellKeyAsync();
        Assert.Null(_known.Expected);
        Assert.Equal(KnownHeadVerdict.Behind, _known.Learn(await HeadAsync(4)));
        Assert.Null(_known.Current);
        Assert.Equal(Head(4), _known.Expected);
        Assert.True(_known.Accepts(Head(4)));
        Assert.True(_known.Accepts(Head(5)));
        Assert.Null(_role.RevokedBecause);
        Assert.False(_known.Accepts(Head(4) with { RootHash = Head(5).RootHash }));
        Assert.Contains("for size 4", _role.RevokedBecause, StringComparison.Ordinal);
    }

    /// <summary>Of those beyond the tree the nearest one is looked at first; behind it the next one, when it is told again.</summary>
    [Fact]
    public async Task The_nearest_of_the_heads_beyond_the_tree_is_expected()
    {
        await TellKeyAsync();
        foreach (var (told, expected) in new[] { (8ul, 8ul), (9ul, 8ul), (5ul, 5ul), (6ul, 5ul) })
        {
            Assert.Equal(KnownHeadVerdict.Behind, _known.Learn(await HeadAsync(told)));
            Assert.Equal(expected, _known.Expected!.Value.Size);
        }

        _appender.Append(_store, 1);
        Assert.Equal(5ul, _known.Expected!.Value.Size);
        _appender.Append(_store, 1);
        Assert.Null(_known.Expected);
        Assert.True(_known.Accepts(Head(5)));
        Assert.Equal(KnownHeadVerdict.Behind, _known.Learn(await HeadAsync(9)));
        Assert.Equal(9ul, _known.Expected!.Value.Size);
    }

    private KnownHead NewKnownHead() =>
        new(_store, _role, NodeServices.Create(TimeProvider.System, NullLoggerFactory.Instance));

    private async Task TellKeyAsync() =>
        _store.CommitRecords([RosterRecord.ToStore(await Roster.SignAsync(0, 1, Guid.NewGuid(), 0, [], _key, Cancel))]);

    private TreeHead Head(ulong size) => new(size, ProofBuilder.Root(size, _log));

    private async Task<CosignedTreeHead> HeadAsync(ulong size, Crypto.Hash? root = null, Ed25519Signer? signer = null) =>
        new(await SignedTreeHead.SignAsync(new TreeHead(size, root ?? Head(size).RootHash), signer ?? _key, Cancel), []);
}
