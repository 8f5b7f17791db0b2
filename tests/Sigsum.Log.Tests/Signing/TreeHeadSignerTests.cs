using Microsoft.Extensions.Logging.Abstractions;
using Sigsum.Crypto;
using Sigsum.Log.Hosting;
using Sigsum.Log.Pipeline;
using Sigsum.Log.Replication;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Messages;
using Sigsum.Testing;
using Hash = Sigsum.Crypto.Hash;

namespace Sigsum.Log.Tests.Signing;

/// <summary>The one place that signs: what it refuses, and that nothing is told before it is stored.</summary>
public sealed class TreeHeadSignerTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly Ed25519Signer _key = Ed25519Signer.Generate();
    private readonly PrimaryRole _role = new();
    private readonly Watermark _signedSize = new(0);
    private readonly NodeServices _services = NodeServices.Create(TimeProvider.System, NullLoggerFactory.Instance);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private SthFile Sth => new(_directory.PathOf("sth"), HostDisk.Instance);

    public void Dispose()
    {
        _role.Dispose();
        _key.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Each_head_is_in_the_file_when_the_signed_size_moves()
    {
        using var tree = await TreeAsync(3, salt: 0);
        var signer = Signer(_key, tree);
        await signer.SignFirstAsync(TreeHead.Empty, Cancel);
        var seen = Task.Run(async () =>
        {
            await _signedSize.WaitAboveAsync(2, Cancel);
            return Sth.Load(_key.PublicKey).TreeHead;
        }, Cancel);
        await signer.ExtendAsync(ReplicatedTreeHead.WithoutSecondary(tree.TreeHead), Cancel);
        Assert.Equal(tree.TreeHead, await seen);
    }

    [Fact]
    public async Task A_head_that_the_tree_does_not_have_is_not_signed()
    {
        using var tree = await TreeAsync(3, salt: 0);
        var signer = Signer(_key, tree);
        var wrong = ReplicatedTreeHead.WithoutSecondary(tree.TreeHead with { RootHash = Hash.Sha256([1]) });
        await Assert.ThrowsAsync<InvariantViolationException>(() => signer.ExtendAsync(wrong, Cancel));
        Assert.False(Sth.Exists);
        Assert.Equal(0ul, _signedSize.Value);
    }

    [Fact]
    public async Task A_tree_that_does_not_contain_what_was_signed_is_not_signed()
    {
        using var before = await TreeAsync(3, salt: 0);
        using var fork = await TreeAsync(5, salt: 1);
        var first = Signer(_key, before);
        var signed = await first.ExtendAsync(ReplicatedTreeHead.WithoutSecondary(before.TreeHead), Cancel);

        var second = new TreeHeadSigner(_key, Sth, Startup, fork, _role, startupPending: false, new Watermark(0), _services);
        second.Resume(StoredTreeHead.Loaded(signed!.Signed));
        await Assert.ThrowsAsync<InvariantViolationException>(
            () => second.ExtendAsync(ReplicatedTreeHead.WithoutSecondary(fork.TreeHead), Cancel));
        Assert.Equal(before.TreeHead, Sth.Load(_key.PublicKey).TreeHead);
    }

    [Fact]
    public async Task A_smaller_head_changes_nothing()
    {
        using var tree = await TreeAsync(3, salt: 0);
        var signer = Signer(_key, tree);
        var three = await signer.ExtendAsync(ReplicatedTreeHead.WithoutSecondary(tree.TreeHead), Cancel);
        var again = await signer.ExtendAsync(ReplicatedTreeHead.WithoutSecondary(TreeHead.Empty), Cancel);
        Assert.Same(three, again);
        Assert.Equal(3ul, _signedSize.Value);
    }

    [Fact]
    public async Task The_same_head_is_not_signed_again()
    {
        using var tree = await TreeAsync(3, salt: 0);
        var signer = Signer(_key, tree);
        Assert.False(signer.HasHead.IsCompleted);
        var three = await signer.ExtendAsync(ReplicatedTreeHead.WithoutSecondary(tree.TreeHead), Cancel);
        Assert.Same(three, await signer.ExtendAsync(ReplicatedTreeHead.WithoutSecondary(tree.TreeHead), Cancel));
        Assert.True(signer.HasHead.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_first_head_is_signed_only_where_there_is_none_and_uses_the_startup_file_up()
    {
        using var tree = await TreeAsync(3, salt: 0);
        Startup.Create(StartupMode.Empty);
        var signer = Signer(_key, tree);
        await signer.SignFirstAsync(TreeHead.Empty, Cancel);
        Assert.Equal(StartupMode.Saved, Startup.Read());
        await Assert.ThrowsAsync<InvariantViolationException>(() => signer.SignFirstAsync(tree.TreeHead, Cancel));
        Assert.Equal(TreeHead.Empty, Sth.Load(_key.PublicKey).TreeHead);
    }

    [Fact]
    public async Task A_promoted_primary_goes_on_from_the_head_that_was_published_last()
    {
        using var tree = await TreeAsync(3, salt: 0);
        var published = await SignedTreeHead.SignAsync(tree.TreeHead, _key, Cancel);
        Startup.Create(StartupMode.AwaitSecondary);
        var signer = Signer(_key, tree);
        signer.Resume(StoredTreeHead.Loaded(published));

        // Its secondaries hold less: nothing is adopted yet.
        await signer.ExtendAsync(ReplicatedTreeHead.WithoutSecondary(TreeHead.Empty), Cancel);
        Assert.False(Sth.Exists);
        Assert.Equal(StartupMode.AwaitSecondary, Startup.Read());

        await signer.ExtendAsync(ReplicatedTreeHead.WithoutSecondary(tree.TreeHead), Cancel);
        Assert.Equal(published, Sth.Load(_key.PublicKey));
        Assert.Equal(StartupMode.Saved, Startup.Read());
    }

    [Fact]
    public async Task A_signature_that_was_under_way_when_the_authority_ended_is_not_stored()
    {
        using var tree = await TreeAsync(3, salt: 0);
        var slow = new RevokingSigner(_key, _role);
        var signer = Signer(slow, tree);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => signer.ExtendAsync(ReplicatedTreeHead.WithoutSecondary(tree.TreeHead), Cancel));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => signer.ExtendAsync(ReplicatedTreeHead.WithoutSecondary(tree.TreeHead), Cancel));
        Assert.Equal(1, slow.Asked); // without the authority nobody is asked to sign
        Assert.False(Sth.Exists);
        Assert.Equal(0ul, _signedSize.Value);
    }

    [Fact]
    public async Task Without_the_authority_nothing_is_signed()
    {
        using var tree = await TreeAsync(3, salt: 0);
        var signer = Signer(_key, tree);
        Assert.True(_role.Revoke("a test says so"));
        Assert.False(_role.Revoke("another reason"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => signer.ExtendAsync(ReplicatedTreeHead.WithoutSecondary(tree.TreeHead), Cancel));
        Assert.False(Sth.Exists);
        Assert.Equal("a test says so", _role.RevokedBecause);
    }

    [Fact]
    public async Task A_signature_that_does_not_verify_is_not_stored()
    {
        using var tree = await TreeAsync(3, salt: 0);
        using var other = Ed25519Signer.Generate();
        var signer = Signer(new Impostor(_key.PublicKey, other), tree);
        await Assert.ThrowsAsync<InvariantViolationException>(
            () => signer.ExtendAsync(ReplicatedTreeHead.WithoutSecondary(tree.TreeHead), Cancel));
        Assert.False(Sth.Exists);
    }

    [Fact]
    public async Task A_head_of_another_key_is_not_loaded()
    {
        using var tree = await TreeAsync(1, salt: 0);
        await Signer(_key, tree).ExtendAsync(ReplicatedTreeHead.WithoutSecondary(tree.TreeHead), Cancel);
        using var other = Ed25519Signer.Generate();
        Assert.Throws<StartupException>(() => Sth.Load(other.PublicKey));
        await File.WriteAllTextAsync(Sth.Path, "", Cancel);
        Assert.Throws<StartupException>(() => Sth.Load(_key.PublicKey));
    }

    private StartupFile Startup => new(_directory.PathOf("sth"), HostDisk.Instance);

    private TreeHeadSigner Signer(ISigner key, ILogStore tree) =>
        new(key, Sth, Startup, tree, _role, startupPending: true, _signedSize, _services);

    private static async Task<MemoryLogStore> TreeAsync(int leaves, byte salt)
    {
        using var submitter = Ed25519Signer.Generate();
        var store = new MemoryLogStore(StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, null));
        var list = new List<Leaf>();
        for (var i = 0; i < leaves; i++)
            list.Add(await Leaf.SignAsync(Hash.Sha256([(byte)i, salt]), submitter, Cancel));
        var appender = TreeAppender.Restore(store);
        store.Commit(appender.Prepare(list, [.. list.Select(leaf => leaf.LeafHash())], []));
        return store;
    }

    /// <summary>A signer during whose work the authority to sign is taken away.</summary>
    private sealed class RevokingSigner(Ed25519Signer key, PrimaryRole role) : ISigner
    {
        public int Asked { get; private set; }

        public PublicKey PublicKey => key.PublicKey;

        public ValueTask<Signature> SignAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
        {
            Asked++;
            role.Revoke("a test says so");
            return key.SignAsync(message, CancellationToken.None);
        }
    }
}
