using Sigsum.Log.Storage;
using Sigsum.Merkle;

namespace Sigsum.Log.Tests.Storage;

/// <summary>The contract, for the durable backend, and what only that one has.</summary>
public sealed class RocksDbLogStoreTests : LogStoreContract
{
    private readonly TemporaryDirectory _directory = new();
    private RocksDbLogStore _store;

    public RocksDbLogStoreTests() => _store = RocksDbLogStore.Create(DataPath, NewIdentity);

    private protected override ILogStore Store => _store;

    private string DataPath => _directory.Sub("node");

    [Fact]
    public void What_a_kill_leaves_behind_opens_with_every_commit()
    {
        var appender = TreeAppender.Restore(_store);
        for (int count = 1; count < 30; count++)
        {
            appender.Append(_store, count);
            if (count % 7 == 0)
            {
                string copy = _directory.Sub($"copy{count}");
                TemporaryDirectory.Copy(DataPath, copy);
                using var killed = RocksDbLogStore.Open(copy);
                Assert.Equal(_store.TreeHead, killed.TreeHead);
            }
        }
    }

    [Fact]
    public void A_store_that_is_only_looked_at_shows_what_a_kill_left_behind_and_takes_nothing()
    {
        TreeAppender.Restore(_store).Append(_store, 9);
        string copy = _directory.Sub("copy");
        TemporaryDirectory.Copy(DataPath, copy);
        var before = Directory.EnumerateFiles(copy, "*", SearchOption.AllDirectories).ToDictionary(file => file, File.ReadAllBytes);
        using (var looked = RocksDbLogStore.OpenReadOnly(copy))
        {
            Assert.Equal(_store.TreeHead, looked.TreeHead);
            Assert.Equal(_store.ReadNode(new NodeId(3, 0)), looked.ReadNode(new NodeId(3, 0)));
            var error = Assert.Throws<StoreException>(() => looked.CommitRecords([new("a/1", new byte[1])]));
            Assert.Contains("to be looked at", error.Message, StringComparison.Ordinal);
            Assert.Throws<StoreException>(() => RocksDbLogStore.OpenReadOnly(copy));
        }

        Assert.Equal(before.Keys.Order(), Directory.EnumerateFiles(copy, "*", SearchOption.AllDirectories).Order());
        Assert.All(before, file => Assert.Equal(file.Value, File.ReadAllBytes(file.Key)));
    }

    [Fact]
    public void A_record_of_a_tree_that_is_closed_cannot_be_read()
    {
        TreeAppender.Restore(_store).Append(_store, 4);
        _store.Dispose();
        _store.Dispose();
        Assert.Throws<ObjectDisposedException>(() => _store.ReadNode(new NodeId(1, 0)));
        Assert.Throws<ObjectDisposedException>(() => _store.ReadRecords(""));
        Assert.Throws<ObjectDisposedException>(() => Read(0, 1));
        Assert.Throws<ObjectDisposedException>(() => _store.CommitRecords([new("a/1", new byte[1])]));
    }

    public override void Dispose()
    {
        _store.Dispose();
        _directory.Dispose();
        base.Dispose();
    }

    private protected override void Reopen()
    {
        _store.Dispose();
        _store = RocksDbLogStore.Open(DataPath);
    }
}
