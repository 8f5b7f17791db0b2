using RocksDbSharp;
using Sigsum.Log.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Tests.Storage;

/// <summary>A verification finds every kind of damage, also the kind that no checksum shows.</summary>
public sealed class StoreVerifierTests : IDisposable
{
    private const int Size = 45;
    private readonly TemporaryDirectory _directory = new();

    public StoreVerifierTests()
    {
        using var store = RocksDbLogStore.Create(DataPath, StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, null));
        TreeAppender.Restore(store).Append(store, Size);
    }

    private string DataPath => _directory.Sub("node");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Every_size_of_tree_is_whole_and_has_all_its_earlier_heads()
    {
        var nodes = new InMemoryNodes(StoreData.Leaves(0, 70));
        for (var size = 0; size <= 70; size++)
        {
            using var store = new MemoryLogStore(StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, null));
            if (size > 0)
                TreeAppender.Restore(store).Append(store, size);
            var heads = Enumerable.Range(0, size + 1)
                .Select(n => new ClaimedHead($"head {n}", new TreeHead((ulong)n, nodes.Root((ulong)n)))).ToList();
            var report = new StoreVerifier(store).Run(heads, null, TestContext.Current.CancellationToken);
            Assert.Empty(report.Problems);
            Assert.Equal(store.TreeHead, report.Recomputed);
            Assert.Equal((ulong)size, report.Leaves);
        }
    }

    [Fact]
    public void A_head_that_the_tree_never_had_is_named()
    {
        using var store = RocksDbLogStore.Open(DataPath);
        foreach (var size in new ulong[] { 0, 1, 44, 45, 46 })
        {
            var report = new StoreVerifier(store).Run(
                [new ClaimedHead("a head", new TreeHead(size, Rfc6962.HashLeaf([1])))], null,
                TestContext.Current.CancellationToken);
            Assert.Contains("a head", Assert.Single(report.Problems), StringComparison.Ordinal);
            Assert.False(report.IsWhole);
        }
    }

    [Theory]
    [InlineData(1, 7)]
    [InlineData(2, 3)]
    [InlineData(4, 1)]
    public void A_tree_hash_that_was_rewritten_is_named(int level, ulong index)
    {
        byte[] key = new byte[StoreKeys.NodeSize];
        StoreKeys.WriteNode(key, new NodeId(level, index));
        Damage((batch, db) => batch.Put(key, new byte[32], db.Nodes));
        Assert.Contains(
            $"tree hash {index} of level {level}", Assert.Single(Verify().Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_leaf_that_was_rewritten_is_named_and_with_it_the_root()
    {
        byte[] key = new byte[StoreKeys.LeafSize];
        StoreKeys.WriteLeaf(key, 9);
        Damage((batch, db) => batch.Put(key, new byte[Leaf.Size], db.Leaves));
        var problems = Verify().Problems;
        Assert.Contains(problems, problem => problem.Contains("leaf 9 ", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("the stored tree head", StringComparison.Ordinal));
    }

    [Fact]
    public void A_missing_leaf_ends_it_with_its_number()
    {
        byte[] key = new byte[StoreKeys.LeafSize];
        StoreKeys.WriteLeaf(key, 9);
        Damage((batch, db) => batch.Delete(key, db.Leaves));
        Assert.Contains("leaf 9 is missing", Assert.Single(Verify().Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void An_index_entry_that_is_wrong_or_missing_is_named()
    {
        byte[] hash = StoreData.Leaf(9).LeafHash().AsSpan().ToArray();
        Damage((batch, db) => batch.Delete(hash, db.Index));
        Assert.Contains("leaf 9 is not found", Assert.Single(Verify().Problems), StringComparison.Ordinal);
        Damage((batch, db) => batch.Put(hash, new byte[] { 0, 0, 0, 0, 0, 0, 0, 4 }, db.Index));
        Assert.Contains("leaf 9 is not found", Assert.Single(Verify().Problems), StringComparison.Ordinal);
        Damage((batch, db) => batch.Put(hash, new byte[] { 0, 0, 0, 0, 0, 0, 0, 40 }, db.Index));
        Assert.Contains("leaf 9 is not found", Assert.Single(Verify().Problems), StringComparison.Ordinal);
    }

    private VerificationReport Verify()
    {
        using var store = RocksDbLogStore.Open(DataPath);
        return new StoreVerifier(store).Run([], null, TestContext.Current.CancellationToken);
    }

    private void Damage(Action<WriteBatch, RocksDbHandle> change)
    {
        using var db = RocksDbHandle.Open(DataDirectory.Open(DataPath), create: false);
        using var batch = new WriteBatch();
        change(batch, db);
        db.Write(batch);
    }
}
