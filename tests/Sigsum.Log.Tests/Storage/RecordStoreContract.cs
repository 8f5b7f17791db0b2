using Sigsum.Crypto;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Tests.Storage;

/// <summary>
/// What every backend must do with records and with its identity. A durable backend is closed and opened again by
/// <see cref="Reopen"/>.
/// </summary>
public abstract class RecordStoreContract : IDisposable
{
    private protected static StoreIdentity NewIdentity { get; } =
        StoreIdentity.ForNew(NodeRole.Secondary, TreeType.PreorderedLog, Hash.Sha256("a log key"u8));

    private protected abstract ILogStore Store { get; }

    private protected abstract void Reopen();

    [Fact]
    public void Records_are_written_replaced_and_deleted()
    {
        Assert.Null(Store.ReadRecord("a/1"));
        Store.CommitRecords([new("a/1", "x"u8.ToArray()), new("a/2", "y"u8.ToArray()), new("b/1", "z"u8.ToArray())]);
        Store.CommitRecords([new("a/1", "new"u8.ToArray()), new("b/1", default), new("never/there", default)]);
        TreeAppender.Restore(Store).Append(Store, 1, new StoreRecord("a/3", new byte[] { 0, 255 }));
        Reopen();
        Assert.Equal("new"u8.ToArray(), Store.ReadRecord("a/1"));
        Assert.Null(Store.ReadRecord("b/1"));
        Assert.Null(Store.ReadRecord("never/there"));
        Assert.Equal(["a/1", "a/2", "a/3"], Store.ReadRecords("a/").Select(record => record.Key));
        Assert.Equal(
            [[.. "new"u8], [.. "y"u8], [0, 255]], Store.ReadRecords("").Select(record => record.Value.ToArray()));
        Assert.Empty(Store.ReadRecords("a/4"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("é")]
    public void A_record_key_is_printable_ascii(string key)
    {
        Assert.Throws<ArgumentException>(() => Store.CommitRecords([new StoreRecord(key, new byte[1])]));
        Assert.Throws<ArgumentException>(() => Store.ReadRecord(key));
    }

    [Fact]
    public void Records_cannot_reach_what_the_store_keeps_for_itself()
    {
        var before = (Store.Identity, Store.TreeHead);
        Store.CommitRecords([new("identity", new byte[1]), new("tree_head", new byte[1])]);
        Reopen();
        Assert.Equal(before, (Store.Identity, Store.TreeHead));
    }

    [Fact]
    public void A_frozen_tree_takes_no_leaf_but_records()
    {
        var appender = TreeAppender.Restore(Store);
        appender.Append(Store, 2);
        Store.UpdateIdentity(Store.Identity with { TreeState = TreeState.Frozen }, []);
        var batch = appender.Prepare(StoreData.Leaves(2, 1));
        Assert.Throws<StoreException>(() => Store.Commit(batch));
        Reopen();
        Assert.Equal(TreeState.Frozen, Store.Identity.TreeState);
        Assert.Throws<StoreException>(() => Store.Commit(batch));
        Assert.Equal(2ul, Store.TreeHead.Size);
        Store.CommitRecords([new("a/1", new byte[1])]);

        Store.UpdateIdentity(Store.Identity with { TreeState = TreeState.Active }, []);
        Commit(appender, batch);
        Reopen();
        Assert.Equal(3ul, Store.TreeHead.Size);
    }

    [Fact]
    public void Role_and_tree_type_change_together_with_records_and_only_while_frozen()
    {
        StoreRecord record = new("failover/promotion", "epoch 1"u8.ToArray());
        var promoted = Store.Identity with { Role = NodeRole.Primary, TreeType = TreeType.Log };
        Assert.Throws<StoreException>(() => Store.UpdateIdentity(promoted, [record]));
        Assert.Throws<StoreException>(
            () => Store.UpdateIdentity(promoted with { TreeState = TreeState.Frozen }, [record]));
        Assert.Throws<StoreException>(
            () => Store.UpdateIdentity(Store.Identity with { Role = NodeRole.Primary }, [record]));
        Assert.Null(Store.ReadRecord(record.Key));

        Store.UpdateIdentity(Store.Identity with { TreeState = TreeState.Frozen }, []);
        Store.UpdateIdentity(promoted, [record]);
        Reopen();
        Assert.Equal(promoted, Store.Identity);
        Assert.Equal("epoch 1"u8.ToArray(), Store.ReadRecord(record.Key));
    }

    [Fact]
    public void Node_id_format_and_a_known_log_key_never_change()
    {
        var now = Store.Identity;
        Store.UpdateIdentity(now with { TreeState = TreeState.Frozen }, []);
        foreach (var next in new[]
        {
            now with { NodeId = Guid.NewGuid() },
            now with { FormatVersion = now.FormatVersion + 1 },
            now with { LogKeyHash = null },
            now with { LogKeyHash = Hash.Sha256("another key"u8) },
        })
        {
            Assert.Throws<StoreException>(() => Store.UpdateIdentity(next, []));
        }

        Reopen();
        Assert.Equal(now with { TreeState = TreeState.Frozen }, Store.Identity);
    }

    public virtual void Dispose() => GC.SuppressFinalize(this);

    private protected void Commit(TreeAppender appender, StoreBatch batch)
    {
        Store.Commit(batch);
        appender.Accept(batch);
    }
}
