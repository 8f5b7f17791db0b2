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

    [Theory]
    [InlineData(1, 7)]
    [InlineData(3, 2)]
    public void A_tree_hash_that_is_missing_is_named(int level, ulong index)
    {
        byte[] key = new byte[StoreKeys.NodeSize];
        StoreKeys.WriteNode(key, new NodeId(level, index));
        Damage((batch, db) => batch.Delete(key, db.Nodes));
        Assert.Equal($"tree hash {index} of level {level} is missing", Assert.Single(Verify().Problems));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(9)]
    public void A_leaf_that_was_rewritten_is_named_first_and_with_it_the_root(ulong index)
    {
        byte[] key = new byte[StoreKeys.LeafSize];
        StoreKeys.WriteLeaf(key, index);
        Damage((batch, db) => batch.Put(key, new byte[Leaf.Size], db.Leaves));
        var problems = Verify().Problems;
        Assert.StartsWith($"leaf {index} has changed", problems[0], StringComparison.Ordinal);
        Assert.Contains(problems, problem => problem.StartsWith("the stored tree head", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.StartsWith("tree hash 4 of level 1", StringComparison.Ordinal));
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
        foreach (byte other in new byte[] { 4, 40 })
        {
            Damage((batch, db) => batch.Put(hash, new byte[] { 0, 0, 0, 0, 0, 0, 0, other }, db.Index));
            Assert.Collection(
                Verify().Problems,
                found => Assert.StartsWith("leaf 9 is not found", found, StringComparison.Ordinal),
                found => Assert.Contains($"for leaf {other}, whose hash is another", found, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(4, "for leaf 4, whose hash is another")]
    [InlineData(45, "for leaf 45, beyond the end of the tree")]
    [InlineData(255, "for leaf 255, beyond the end of the tree")]
    public void An_index_entry_too_many_is_named(byte index, string expected)
    {
        Damage((batch, db) => batch.Put(new byte[32], new byte[] { 0, 0, 0, 0, 0, 0, 0, index }, db.Index));
        Assert.Contains(expected, Assert.Single(Verify().Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_entry_of_its_family_is_named()
    {
        byte[] longer = new byte[StoreKeys.NodeSize + 1];
        StoreKeys.WriteNode(longer, new NodeId(1, 7));
        byte[] noNode = [.. longer[..8], 5];
        byte[] wrongFamily = new byte[StoreKeys.NodeSize];
        StoreKeys.WriteNode(wrongFamily, new NodeId(3, 2));
        Named("tree hashes", noNode, db => db.Nodes);
        Named("tree hashes", longer, db => db.Nodes);
        Named("tree hashes", wrongFamily, db => db.UpperNodes);
        Named("leaves", longer, db => db.Leaves);
        Named("index entries", longer, db => db.Index);
        Named("own values", longer, db => db.Meta);

        void Named(string among, byte[] key, Func<RocksDbHandle, ColumnFamilyHandle> family)
        {
            Damage((batch, db) => batch.Put(key, new byte[32], family(db)));
            var problem = Assert.Single(Verify().Problems);
            Assert.Contains(among, problem, StringComparison.Ordinal);
            Assert.Contains(Convert.ToHexStringLower(key), problem, StringComparison.Ordinal);
            Damage((batch, db) => batch.Delete(key, family(db)));
            Assert.Empty(Verify().Problems);
        }
    }

    [Fact]
    public void A_leaf_that_is_there_twice_is_no_damage()
    {
        using (var store = RocksDbLogStore.Open(DataPath))
        {
            var appender = TreeAppender.Restore(store);
            var batch = appender.Prepare([StoreData.Leaf(3), StoreData.Leaf(1000)]);
            store.Commit(batch);
        }

        Assert.Empty(Verify().Problems);
        byte[] hash = StoreData.Leaf(3).LeafHash().AsSpan().ToArray();
        Damage((batch, db) => batch.Put(hash, new byte[] { 0, 0, 0, 0, 0, 0, 0, 45 }, db.Index));
        Assert.Contains("leaf 3 is not found", Assert.Single(Verify().Problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Steps_of_any_length_find_the_same(int step)
    {
        byte[] key = new byte[StoreKeys.LeafSize];
        StoreKeys.WriteLeaf(key, 8);
        Damage((batch, db) => batch.Put(key, new byte[Leaf.Size], db.Leaves));
        using var store = RocksDbLogStore.Open(DataPath);
        var whole = new StoreVerifier(store).Run([], null, TestContext.Current.CancellationToken);
        var pass = new VerificationPass(store, []);
        while (!pass.IsDone)
            pass.Step(step);
        Assert.Equal(whole.Problems.Order(), pass.Problems.Select(problem => problem.Text).Order());
        Assert.Equal(whole.Nodes, pass.Nodes);
        Assert.Equal(whole.Leaves, pass.Checked);
    }

    private VerificationReport Verify()
    {
        using var store = RocksDbLogStore.Open(DataPath);
        return new StoreVerifier(store).Run([], null, TestContext.Current.CancellationToken);
    }

    private void Damage(Action<WriteBatch, RocksDbHandle> change) => Tampering.Change(DataPath, change);
}
