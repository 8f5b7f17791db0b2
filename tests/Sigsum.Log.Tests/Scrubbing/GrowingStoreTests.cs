using CsCheck;
using Sigsum.Log.Storage;
using Sigsum.Log.Tests.Storage;

namespace Sigsum.Log.Tests.Scrubbing;

/// <summary>Whatever is appended while a store is checked, and however the steps fall: nothing is found where nothing
/// is wrong, and the cache is left to those who use it.</summary>
public sealed class GrowingStoreTests : IDisposable
{
    private static readonly Gen<(int First, int[] Batches, int Step)> _growth =
        Gen.Select(Gen.Int[0, 300], Gen.Int[1, 60].Array[1, 25], Gen.Int[1, 70]);

    private readonly TemporaryDirectory _directory = new();
    private int _stores;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_durable_store_that_grows_is_whole() => _growth.Sample(growth =>
    {
        using var store = RocksDbLogStore.Create(_directory.Sub($"node{Interlocked.Increment(ref _stores)}"), New());
        CheckWhileItGrows(store, growth);
    }, iter: 40, threads: 1);

    [Fact]
    public void A_store_in_memory_that_grows_is_whole() => _growth.Sample(growth =>
    {
        using var store = new MemoryLogStore(New());
        CheckWhileItGrows(store, growth);
    }, iter: 100, threads: 1);

    [Fact]
    public void A_pass_over_the_files_leaves_the_cache_as_it_is()
    {
        const int size = 20_000;
        string path = _directory.Sub("node");
        using (var born = RocksDbLogStore.Create(path, New()))
            TreeAppender.Restore(born).Append(born, size);
        using var store = RocksDbLogStore.Open(path);
        var before = store.CacheUsage;
        var report = new StoreVerifier(store).Run([], null, TestContext.Current.CancellationToken);
        Assert.True(report.IsWhole);
        Assert.InRange(store.CacheUsage, 0ul, before + (64 << 10));

        // Reads of clients fill it; some 2.5 MB of leaves are there to be kept.
        store.ReadLeaves(0, new Messages.Leaf[size]);
        Assert.InRange(store.CacheUsage, before + (2 << 20), ulong.MaxValue);
    }

    private static StoreIdentity New() => StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, null);

    private static void CheckWhileItGrows(ILogStore store, (int First, int[] Batches, int Step) growth)
    {
        var appender = TreeAppender.Restore(store);
        if (growth.First > 0)
            appender.Append(store, growth.First);
        using var started = new ManualResetEventSlim();
        var writer = Task.Run(() =>
        {
            started.Wait(TestContext.Current.CancellationToken);
            foreach (int count in growth.Batches)
                appender.Append(store, count, new StoreRecord("test/size", BitConverter.GetBytes(count)));
        });
        started.Set();
        for (bool last = false; !last;)
        {
            // One pass more when everything is there.
            last = writer.IsCompleted;
            var head = store.TreeHead;
            var pass = new VerificationPass(store, [new ClaimedHead("the head before", head)]);
            while (!pass.IsDone)
                pass.Step(growth.Step);
            Assert.Equal([], pass.Problems);
            Assert.InRange(pass.Checked, head.Size, store.TreeHead.Size);
            Assert.Equal(pass.Size, pass.Checked);
        }

        writer.GetAwaiter().GetResult();
    }
}
