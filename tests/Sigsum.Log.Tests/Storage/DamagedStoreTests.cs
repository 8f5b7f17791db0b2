using RocksDbSharp;
using Sigsum.Crypto;
using Sigsum.Log.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Tests.Storage;

/// <summary>Damage that is found when a store is opened, or when what is damaged is read; it is never
/// returned.</summary>
public sealed class DamagedStoreTests : IDisposable
{
    private const int Size = 45;
    private readonly TemporaryDirectory _directory = new();

    public DamagedStoreTests()
    {
        using var store = RocksDbLogStore.Create(DataPath, StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, null));
        var appender = TreeAppender.Restore(store);
        appender.Append(store, 40);
        appender.Append(store, Size - 40);
    }

    private string DataPath => _directory.Sub("node");

    [Fact]
    public void Each_node_of_the_frontier_is_checked()
    {
        // 45 = 32 + 8 + 4 + 1; the last is a leaf.
        foreach (var id in new NodeId[] { new(5, 0), new(3, 4), new(2, 10) })
        {
            byte[] key = new byte[StoreKeys.NodeSize];
            StoreKeys.WriteNode(key, id);
            AssertRefused("root", key, (batch, db) => batch.Put(key, new byte[32], db.Nodes));
            AssertRefused("missing", key, (batch, db) => batch.Delete(key, db.Nodes));
            AssertRefused("31 bytes", key, (batch, db) => batch.Put(key, new byte[31], db.Nodes));
        }
    }

    [Fact]
    public void The_last_leaf_is_checked()
    {
        byte[] key = new byte[StoreKeys.LeafSize];
        StoreKeys.WriteLeaf(key, Size - 1);
        AssertRefused("root", key, (batch, db) => batch.Put(key, new byte[128], db.Leaves));
        AssertRefused("missing", key, (batch, db) => batch.Delete(key, db.Leaves));
        AssertRefused(
            "index", key, (batch, db) => batch.Delete(StoreData.Leaf(Size - 1).LeafHash().AsSpan(), db.Index));
    }

    [Theory]
    [InlineData(44)]
    [InlineData(40)]
    [InlineData(32)]
    [InlineData(0)]
    public void A_head_that_was_set_back_is_refused(ulong size)
    {
        // Even to a tree that existed: what was committed later must not be forgotten.
        var hashes = new InMemoryNodes(StoreData.Leaves(0, Size));
        AssertRefused("more than the tree head", [], (batch, db) =>
            batch.PutSealed("tree_head"u8, StoreFormat.WriteTreeHead(new TreeHead(size, hashes.Root(size))), db.Meta));
    }

    [Theory]
    [InlineData(45, "root")]
    [InlineData(46, "missing")]
    [InlineData(64, "missing")]
    [InlineData(long.MaxValue, "missing")]
    public void A_head_that_the_leaves_do_not_make_is_refused(ulong size, string reason) =>
        AssertRefused(reason, [], (batch, db) =>
            batch.PutSealed("tree_head"u8, StoreFormat.WriteTreeHead(new TreeHead(size, Hash.Sha256("other"u8))), db.Meta));

    [Fact]
    public void Identity_and_tree_head_must_be_there_and_in_the_form_in_which_they_are_written()
    {
        AssertRefused("no tree_head", [], (batch, db) => batch.Delete("tree_head"u8, db.Meta));
        AssertRefused("no identity", [], (batch, db) => batch.Delete("identity"u8, db.Meta));
        AssertRefused("tree head", [], (batch, db) => batch.PutSealed("tree_head"u8, "size=045\n"u8, db.Meta));
        AssertRefused("identity", [], (batch, db) => batch.PutSealed("identity"u8, "version=1\n"u8, db.Meta));
    }

    [Fact]
    public void A_flipped_bit_in_a_table_file_is_never_returned_as_data()
    {
        int damaged = 0;
        foreach (string file in Directory.GetFiles(Path.Combine(DataPath, "store"), "*.sst"))
        {
            string copy = _directory.Sub("copy");
            TemporaryDirectory.Copy(DataPath, copy);
            string victim = Path.Combine(copy, "store", Path.GetFileName(file));
            byte[] bytes = File.ReadAllBytes(victim);
            bytes[100] ^= 1;
            File.WriteAllBytes(victim, bytes);
            Assert.Throws<StoreException>(() => ReadEverything(copy));
            Directory.Delete(copy, recursive: true);
            damaged++;
        }

        Assert.InRange(damaged, 4, 20);
        ReadEverything(DataPath);
    }

    [Fact]
    public void A_flipped_bit_in_the_middle_of_the_log_does_not_cut_off_what_follows()
    {
        string live = _directory.Sub("live");
        using var store = RocksDbLogStore.Create(live, StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, null));
        var appender = TreeAppender.Restore(store);
        for (int i = 0; i < 10; i++)
        {
            appender.Append(store, 5);
        }

        string log = CopyAndFindLog(live, "copy", out byte[] bytes);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(log, bytes);
        Assert.Throws<StoreException>(() => RocksDbLogStore.Open(_directory.Sub("copy")));
    }

    [Fact]
    public void A_log_that_ends_inside_a_commit_has_every_commit_before_it()
    {
        string live = _directory.Sub("live");
        using var store = RocksDbLogStore.Create(live, StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, null));
        var appender = TreeAppender.Restore(store);
        appender.Append(store, 5);
        var acknowledged = appender.TreeHead;
        CopyAndFindLog(live, "before", out byte[] before);
        appender.Append(store, 3);

        for (int torn = 0; torn < 12; torn++)
        {
            string log = CopyAndFindLog(live, $"copy{torn}", out byte[] bytes);
            int length = before.Length + ((bytes.Length - before.Length - 1) * torn / 11);
            File.WriteAllBytes(log, bytes.AsSpan(0, length));
            using var torned = RocksDbLogStore.Open(_directory.Sub($"copy{torn}"));
            Assert.Equal(acknowledged, torned.TreeHead);
        }
    }

    public void Dispose() => _directory.Dispose();

    private static void ReadEverything(string path)
    {
        using var store = RocksDbLogStore.Open(path);
        var leaves = new Leaf[Size];
        store.ReadLeaves(0, leaves);
        Assert.Equal(StoreData.Leaves(0, Size), leaves);
        foreach (var leaf in leaves)
        {
            Assert.NotNull(store.FindLeaf(leaf.LeafHash()));
        }

        for (int level = 0; Size >> level > 0; level++)
        {
            for (ulong index = 0; index < (ulong)(Size >> level); index++)
            {
                store.ReadNode(new NodeId(level, index));
            }
        }
    }

    private string CopyAndFindLog(string live, string name, out byte[] bytes)
    {
        TemporaryDirectory.Copy(live, _directory.Sub(name));
        string log = Assert.Single(
            Directory.GetFiles(Path.Combine(_directory.Sub(name), "store"), "*.log"),
            file => new FileInfo(file).Length > 0);
        bytes = File.ReadAllBytes(log);
        return log;
    }

    /// <summary>Changes a copy of the database behind the store's back, with valid checksums, and opens it.</summary>
    private void AssertRefused(string reason, byte[] key, Action<WriteBatch, RocksDbHandle> tamper)
    {
        string copy = _directory.Sub("tampered");
        TemporaryDirectory.Copy(DataPath, copy);
        using (var db = RocksDbHandle.Open(DataDirectory.Open(copy), create: false))
        using (var batch = new WriteBatch())
        {
            tamper(batch, db);
            db.Write(batch);
        }

        var error = Assert.Throws<StoreException>(() => RocksDbLogStore.Open(copy));
        Assert.True(
            error.Message.Contains(reason, StringComparison.Ordinal), $"{Convert.ToHexString(key)}: {error.Message}");
        Directory.Delete(copy, recursive: true);
    }
}
