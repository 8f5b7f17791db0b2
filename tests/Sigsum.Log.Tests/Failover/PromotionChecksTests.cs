using Sigsum.Crypto;
using Sigsum.Log.Failover;
using Sigsum.Log.Publication;
using Sigsum.Log.Scrubbing;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Log.Tests.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;
using Sigsum.Testing;
using Hash = Sigsum.Crypto.Hash;

namespace Sigsum.Log.Tests.Failover;

/// <summary>What a promotion refuses by what it finds in the node's own files.</summary>
public sealed class PromotionChecksTests : IDisposable
{
    private const int Size = 3;

    private readonly TempDirectory _folder = new();
    private readonly Ed25519Signer _key = Ed25519Signer.Generate();
    private readonly MemoryLogStore _store;
    private readonly FailoverSteps _steps = new();

    public PromotionChecksTests()
    {
        _store = Store(TreeType.PreorderedLog, _key.PublicKey.KeyHash());
        TreeAppender.Restore(_store).Append(_store, Size);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private SthFile Sth => new(_folder.PathOf("sth"), HostDisk.Instance);

    private StartupFile Startup => new(Sth.Path, HostDisk.Instance);

    public void Dispose()
    {
        _store.Dispose();
        _key.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_secondary_of_the_log_is_taken()
    {
        Checks().CheckStore(null);
        Checks().CheckStore(await PromotionRecord.SignAsync(
            4, Guid.NewGuid(), null, TreeHead.Empty, DateTimeOffset.UnixEpoch, _key, Cancel));
        Assert.Equal(
            [0, 4], _steps.All.Select(step => int.Parse(step.Finding.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Contains($"{_store.Identity.NodeId:N} of log {_key.PublicKey.KeyHash()}, size 3", _steps.All[0].Finding, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_other_store_is_not()
    {
        using var primary = Store(TreeType.Log, _key.PublicKey.KeyHash());
        Refused("of type LOG: not a secondary's", () => Checks(primary).CheckStore(null));
        using var untold = Store(TreeType.PreorderedLog, null);
        Refused("was never told its log's key", () => Checks(untold).CheckStore(null));
        using var other = Ed25519Signer.Generate();
        using var foreign = Store(TreeType.PreorderedLog, other.PublicKey.KeyHash());
        Refused($"the store belongs to the log {other.PublicKey.KeyHash()}", () => Checks(foreign).CheckStore(null));
        _store.CommitRecords([DamageMark.ToStore(new StoreProblem("leaf 1 is not what it was", 1))]);
        Refused("the store is damaged: leaf 1 is not what it was", () => Checks().CheckStore(null));
    }

    [Fact]
    public async Task Only_a_node_that_the_roster_lists_is_promoted()
    {
        var others = new[] { Entry(Guid.NewGuid(), "a"), Entry(null, "b") };
        var roster = await Roster.SignAsync(3, 7, Guid.NewGuid(), 2, [.. others], _key, Cancel);
        Refused(
            $"out of its roster (3.7): it may lack leaves that are committed. Promote one of: {others[0].NodeId:N} at http://a.example/, "
            + "(no id) at http://b.example/",
            () => Checks().CheckRoster(roster));
        roster = await Roster.SignAsync(3, 8, Guid.NewGuid(), 2, [.. others, Entry(_store.Identity.NodeId, "c")], _key, Cancel);
        Checks().CheckRoster(roster);
        Assert.Equal("3.8: 3 secondaries, 2 had to hold a leaf", Assert.Single(_steps.All).Finding);
    }

    [Fact]
    public void Without_a_roster_the_operator_has_to_vouch_for_leaves_that_are_there()
    {
        Refused("write --without-roster", () => Checks().CheckWithoutRoster(vouchedFor: false));
        Checks().CheckWithoutRoster(vouchedFor: true);
        Assert.Contains("no more than the 3 leaves here", Assert.Single(_steps.All).Finding, StringComparison.Ordinal);
        using var empty = Store(TreeType.PreorderedLog, _key.PublicKey.KeyHash());
        Refused("there is nothing to promote", () => Checks(empty).CheckWithoutRoster(vouchedFor: true));
    }

    [Fact]
    public async Task The_larger_of_the_heads_in_store_and_file_is_the_last_one()
    {
        Assert.Null(Checks().CheckHeads());
        await CarryAsync(Head(2));
        Assert.Equal(Head(2), Checks().CheckHeads()!.SignedTreeHead.TreeHead);
        foreach (var (stored, last) in new[] { (1ul, 2ul), (2ul, 2ul), (3ul, 3ul) })
        {
            var cosigned = await PublishAsync(Head(stored));
            var found = Checks().CheckHeads()!;
            Assert.Equal(Head(last), found.SignedTreeHead.TreeHead);
            Assert.Equal(stored >= 2, found.Cosignatures.SequenceEqual(cosigned.Cosignatures));
        }

        File.Delete(Sth.Path);
        Assert.Equal(Head(3), Checks().CheckHeads()!.SignedTreeHead.TreeHead);
    }

    [Fact]
    public async Task A_head_that_is_none_of_this_tree_ends_it()
    {
        await CarryAsync(new TreeHead(Size + 1, Hash.Sha256([1])));
        Refused("has 4 leaves, this tree only 3", () => Checks().CheckHeads());
        await CarryAsync(new TreeHead(Size, Hash.Sha256([1])));
        Refused($"the signed tree head in {Sth.Path} (size 3) is no head of this tree", () => Checks().CheckHeads());
        using var other = Ed25519Signer.Generate();
        Sth.Store(await SignedTreeHead.SignAsync(Head(1), other, Cancel));
        Refused("Remove the file, or put the log's own there", () => Checks().CheckHeads());
        File.Delete(Sth.Path);
        await PublishAsync(new TreeHead(2, Hash.Sha256([1])));
        Refused("the head that was published last, as far as is known here, (size 2) is no head of this tree", () => Checks().CheckHeads());
        await PublishAsync(new TreeHead(4, Hash.Sha256([1])));
        Refused("has 4 leaves, this tree only 3", () => Checks().CheckHeads());
    }

    [Fact]
    public async Task What_the_startup_file_says_must_be_what_a_promoted_log_begins_with()
    {
        Checks().CheckStartup();
        Startup.Create(StartupMode.AwaitSecondary);
        Checks().CheckStartup();
        await CarryAsync(Head(1));
        Refused($"there is both {Sth.Path} and {Startup.Path}", () => Checks().CheckStartup());
        Startup.Remove();
        Checks().CheckStartup();
        Startup.Create(StartupMode.Empty);
        Refused("says that the log begins empty", () => Checks().CheckStartup());
        await File.WriteAllTextAsync(Startup.Path, "startup=nonsense", Cancel);
        Refused("must hold one line", () => Checks().CheckStartup());
    }

    /// <summary>It holds for the first start after the promotion, which has to come within ten minutes.</summary>
    [Theory]
    [InlineData(0, true)]
    [InlineData(600, true)]
    [InlineData(601, false)]
    [InlineData(-1, false)]
    public void What_was_found_of_the_last_head_holds_once_and_not_for_long(int seconds, bool fresh)
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        var services = Log.Hosting.NodeServices.Create(time, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        Assert.False(PromotionFreshness.Take(_store, services));
        _store.CommitRecords([PromotionFreshness.ToStore(time.GetUtcNow().AddSeconds(-seconds))]);
        Assert.Equal(fresh, PromotionFreshness.Take(_store, services));
        Assert.False(PromotionFreshness.Take(_store, services));
        _store.CommitRecords([new StoreRecord(PromotionFreshness.RecordKey, "now"u8.ToArray())]);
        Assert.False(PromotionFreshness.Take(_store, services));
    }

    private static MemoryLogStore Store(TreeType type, Hash? log) =>
        new(StoreIdentity.ForNew(type == TreeType.Log ? NodeRole.Primary : NodeRole.Secondary, type, log));

    private static void Refused(string because, Action check) =>
        Assert.Contains(because, Assert.Throws<FailoverException>(check).Message, StringComparison.Ordinal);

    private RosterEntry Entry(Guid? id, string name) => new(id, _key.PublicKey, new Uri($"http://{name}.example/"));

    private PromotionChecks Checks(MemoryLogStore? store = null) => new(store ?? _store, _key.PublicKey, Sth, Startup, _steps);

    private TreeHead Head(ulong size) => new(size, ProofBuilder.Root(size, _store));

    private async Task CarryAsync(TreeHead head) => Sth.Store(await SignedTreeHead.SignAsync(head, _key, Cancel));

    private async Task<CosignedTreeHead> PublishAsync(TreeHead head)
    {
        var signed = await SignedTreeHead.SignAsync(head, _key, Cancel);
        var cosigned = new CosignedTreeHead(signed, [new Cosignature(_key.PublicKey.KeyHash(), 1, signed.Signature)]);
        _store.CommitRecords([Publisher.ToStore(cosigned)]);
        return cosigned;
    }
}
