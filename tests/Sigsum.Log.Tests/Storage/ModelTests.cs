using CsCheck;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Tests.Storage;

/// <summary>Any sequence of commits, refusals and openings leaves what the same sequence leaves in a simple
/// model.</summary>
public sealed class ModelTests
{
    private static readonly Gen<Operation> _operation = Gen.Frequency(
        (6, Gen.Int[1, 40].Select(count => new Operation(Kind.Append, count))),
        (3, Gen.Int[0, 8].Select(count => new Operation(Kind.Records, count))),
        (2, Gen.Int[1, 5].Select(count => new Operation(Kind.StaleBatch, count))),
        (2, Gen.Const(new Operation(Kind.Reopen, 0))),
        (2, Gen.Const(new Operation(Kind.Freeze, 0))),
        (3, Gen.Const(new Operation(Kind.Thaw, 0))));

    private enum Kind
    {
        Append,
        Records,
        StaleBatch,
        Reopen,
        Freeze,
        Thaw,
    }

    [Fact]
    public void The_durable_store_is_its_model() => _operation.Array[0, 14].Sample(
        operations =>
        {
            using var directory = new TemporaryDirectory();
            string path = directory.Sub("node");
            Run(operations, identity => RocksDbLogStore.Create(path, identity), store =>
            {
                store.Dispose();
                return RocksDbLogStore.Open(path);
            });
        },
        iter: 40, threads: 1);

    [Fact]
    public void The_memory_store_is_its_model() => _operation.Array[0, 30].Sample(
        operations => Run(operations, identity => new MemoryLogStore(identity), store => store),
        iter: 300);

    private static void Run(
        Operation[] operations, Func<StoreIdentity, ILogStore> create, Func<ILogStore, ILogStore> reopen)
    {
        var model = new Model(StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, null));
        var store = create(model.Identity);
        try
        {
            var stale = TreeAppender.Restore(store);
            for (int step = 0; step < operations.Length; step++)
            {
                Apply(operations[step], step, model, ref store, stale, reopen);
                model.AssertEquals(store);
            }

            store = reopen(store);
            model.AssertEquals(store);
        }
        finally
        {
            store.Dispose();
        }
    }

    private static void Apply(
        Operation operation,
        int step,
        Model model,
        ref ILogStore store,
        TreeAppender stale,
        Func<ILogStore, ILogStore> reopen)
    {
        StoreRecord record = new($"step/{step % 4}", step % 3 == 0 ? default : BitConverter.GetBytes(step));
        switch (operation.Kind)
        {
            case Kind.Append when model.Identity.TreeState == TreeState.Active:
                var leaves = StoreData.Leaves((ulong)model.Leaves.Count, operation.Count);
                store.Commit(TreeAppender.Restore(store).Prepare(leaves, record));
                model.Leaves.AddRange(leaves);
                model.Put(record);
                break;
            case Kind.Append:
                var refused = TreeAppender.Restore(store).Prepare(StoreData.Leaves(9000, operation.Count), record);
                AssertRefused(store, refused);
                break;
            case Kind.StaleBatch when model.Leaves.Count > 0:
                AssertRefused(store, stale.Prepare(StoreData.Leaves(9000, operation.Count), record));
                break;
            case Kind.Records:
                var many = Enumerable.Range(0, operation.Count)
                    .Select(i => new StoreRecord($"many/{i}", new byte[i * step]));
                StoreRecord[] records = [record, .. many];
                store.CommitRecords(records);
                Array.ForEach(records, model.Put);
                break;
            case Kind.Reopen:
                store = reopen(store);
                break;
            case Kind.Freeze or Kind.Thaw:
                model.Identity = model.Identity with
                {
                    TreeState = operation.Kind == Kind.Freeze ? TreeState.Frozen : TreeState.Active,
                };
                store.UpdateIdentity(model.Identity, [record]);
                model.Put(record);
                break;
        }
    }

    private static void AssertRefused(ILogStore store, StoreBatch batch) =>
        Assert.Throws<StoreException>(() => store.Commit(batch));

    private readonly record struct Operation(Kind Kind, int Count);

    private sealed class Model(StoreIdentity identity)
    {
        public StoreIdentity Identity { get; set; } = identity;

        public List<Leaf> Leaves { get; } = [];

        private SortedDictionary<string, byte[]> Records { get; } = new(StringComparer.Ordinal);

        public void Put(StoreRecord record)
        {
            if (record.Value.IsEmpty)
            {
                Records.Remove(record.Key);
            }
            else
            {
                Records[record.Key] = record.Value.ToArray();
            }
        }

        public void AssertEquals(ILogStore store)
        {
            Assert.Equal(Identity, store.Identity);
            Assert.Equal(
                new TreeHead((ulong)Leaves.Count, new InMemoryNodes(Leaves).Root((ulong)Leaves.Count)), store.TreeHead);
            var leaves = new Leaf[Leaves.Count];
            store.ReadLeaves(0, leaves);
            Assert.Equal(Leaves, leaves);
            Assert.Null(store.FindLeaf(StoreData.Leaf(9000).LeafHash()));
            if (Leaves.Count > 0)
            {
                Assert.Equal((ulong)Leaves.Count - 1, store.FindLeaf(Leaves[^1].LeafHash()));
            }

            Assert.Equal(
                Records.Select(record => (record.Key, Convert.ToHexString(record.Value))),
                store.ReadRecords("").Select(record => (record.Key, Convert.ToHexString(record.Value.Span))));
        }
    }
}
