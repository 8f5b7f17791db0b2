using Sigsum.Crypto;
using Sigsum.Log.Failover;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Log.Tests.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;
using Sigsum.Testing;
using Hash = Sigsum.Crypto.Hash;

namespace Sigsum.Log.Tests.Failover;

/// <summary>When a node changes its role between two lives, and what that leaves on its disk.</summary>
public sealed class TakeoverTests : IDisposable
{
    private const int Size = 3;

    private readonly TempDirectory _folder = new();
    private readonly Ed25519Signer _key = Ed25519Signer.Generate();
    private readonly MemoryLogStore _primary;
    private readonly MemoryLogStore _secondary;

    public TakeoverTests()
    {
        _primary = Store(NodeRole.Primary, TreeType.Log);
        _secondary = Store(NodeRole.Secondary, TreeType.PreorderedLog);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Sth => _folder.PathOf("sth");

    private StartupFile Startup => new(Sth, HostDisk.Instance);

    public void Dispose()
    {
        _primary.Dispose();
        _secondary.Dispose();
        _key.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_secondary_takes_over_by_a_record_that_names_it_and_a_tree_that_it_holds()
    {
        Assert.False(Takeover.IsDue(_secondary, null));
        for (ulong size = 0; size <= Size; size++)
            Assert.True(Takeover.IsDue(_secondary, await RecordAsync(_secondary, Head(size))));
        Assert.False(Takeover.IsDue(_secondary, await RecordAsync(_primary, Head(Size))));
        Assert.False(Takeover.IsDue(_primary, await RecordAsync(_primary, Head(Size))));
        Assert.False(Takeover.IsDue(_secondary, await RecordAsync(_secondary, Head(Size) with { Size = Size + 1 })));
        Assert.False(Takeover.IsDue(_secondary, await RecordAsync(_secondary, new TreeHead(2, Hash.Sha256([1])))));
    }

    /// <summary>Until the command is through, committed leaves may be with others only.</summary>
    [Fact]
    public async Task By_a_promotion_that_was_begun_here_it_does_not_take_over()
    {
        var record = await RecordAsync(_secondary, Head(Size));
        _secondary.CommitRecords([Takeover.Begun(record)]);
        Assert.False(Takeover.IsDue(_secondary, record));
        Assert.True(Takeover.IsDue(_secondary, await RecordAsync(_secondary, Head(Size), epoch: 2)));
        _secondary.CommitRecords([Takeover.Begun(null)]);
        Assert.Null(_secondary.ReadRecord(Takeover.BegunKey));
        Assert.True(Takeover.IsDue(_secondary, record));
    }

    [Fact]
    public async Task A_primary_is_over_when_another_node_got_exactly_its_tree()
    {
        Assert.False(Takeover.IsOver(_primary, null));
        Assert.True(Takeover.IsOver(_primary, await RecordAsync(_secondary, Head(Size))));
        Assert.False(Takeover.IsOver(_primary, await RecordAsync(_primary, Head(Size))));
        Assert.False(Takeover.IsOver(_primary, await RecordAsync(_secondary, Head(Size - 1))));
        Assert.False(Takeover.IsOver(_secondary, await RecordAsync(_primary, Head(Size))));
    }

    [Fact]
    public async Task A_new_primary_signs_nothing_before_its_secondaries_hold_its_tree_and_goes_on_from_no_head_of_before()
    {
        File.WriteAllText(Sth, "a head of before");
        Startup.Create(StartupMode.Empty);
        _secondary.CommitRecords([Succession.ToStore(await RecordAsync(_secondary, Head(Size), epoch: 7))]);
        Takeover.BecomePrimary(_secondary, Sth, HostDisk.Instance);
        Assert.Equal((NodeRole.Primary, TreeType.Log, TreeState.Active),
            (_secondary.Identity.Role, _secondary.Identity.TreeType, _secondary.Identity.TreeState));
        Assert.Equal((ulong)Size, TreeRecovery.InheritedSize(_secondary, StartupMode.AwaitSecondary));
        Assert.False(File.Exists(Sth));
        Assert.Equal(StartupMode.AwaitSecondary, Startup.Read());
        Assert.Equal("a head of before", File.ReadAllText(Sth + ".before-epoch-7"));
        Assert.Equal("startup=empty", File.ReadAllText(Startup.Path + ".before-epoch-7"));
    }

    [Fact]
    public void A_former_primary_keeps_its_head_under_another_name()
    {
        File.WriteAllText(Sth, "a head of before");
        Takeover.BecomeSecondary(_primary, Sth, HostDisk.Instance);
        Assert.Equal((NodeRole.Secondary, TreeType.PreorderedLog, TreeState.Active),
            (_primary.Identity.Role, _primary.Identity.TreeType, _primary.Identity.TreeState));
        Assert.Equal([Sth + ".before-epoch-0"], Directory.GetFiles(_folder.FullName));
    }

    [Fact]
    public void What_is_said_already_of_how_the_log_goes_on_stays()
    {
        Takeover.Complete(Sth, HostDisk.Instance);
        Assert.Equal(StartupMode.AwaitSecondary, Startup.Read());
        Startup.Remove();
        Startup.Create(StartupMode.LocalTree);
        Takeover.Complete(Sth, HostDisk.Instance);
        Assert.Equal(StartupMode.LocalTree, Startup.Read());
        Startup.Remove();
        File.WriteAllText(Sth, "a head");
        Takeover.Complete(Sth, HostDisk.Instance);
        Assert.Equal(StartupMode.Saved, Startup.Read());
    }

    private MemoryLogStore Store(NodeRole role, TreeType type)
    {
        var store = new MemoryLogStore(StoreIdentity.ForNew(role, type, _key.PublicKey.KeyHash()));
        TreeAppender.Restore(store).Append(store, Size);
        return store;
    }

    private TreeHead Head(ulong size) => new(size, ProofBuilder.Root(size, _primary));

    private ValueTask<PromotionRecord> RecordAsync(MemoryLogStore node, TreeHead tree, ulong epoch = 1) =>
        PromotionRecord.SignAsync(epoch, node.Identity.NodeId, null, tree, DateTimeOffset.UnixEpoch, _key, Cancel);
}
