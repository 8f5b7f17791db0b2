using System.Globalization;
using Sigsum.Log.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Tests.Storage;

/// <summary>A process is killed (SIGKILL) while it commits: everything that it has acknowledged is there.</summary>
public sealed class KilledWriterTests
{
    [Fact]
    public async Task Everything_acknowledged_survives_kill_9()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("node");
        RocksDbLogStore.Create(path, StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, null)).Dispose();

        // Each round continues what the one before it has left, and is killed at another moment.
        foreach (int commits in new[] { 1, 40, 7, 150, 23 })
        {
            ulong acknowledged = await WriteAndKillAsync(path, commits);
            using var store = RocksDbLogStore.Open(path);
            Assert.InRange(store.TreeHead.Size, acknowledged, ulong.MaxValue);
            AssertWhole(store);
        }
    }

    private static async Task<ulong> WriteAndKillAsync(string path, int commits)
    {
        using var writer = StoreWriter.Start(path);
        for (int i = 0; i < commits; i++)
        {
            if (await writer.Process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is null)
            {
                Assert.Fail(await writer.Process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
            }
        }

        writer.Process.Kill();
        string rest = await writer.Process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await writer.Process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(128 + 9, writer.Process.ExitCode);
        // A line that the kill has cut off was not an acknowledgement that anybody could read.
        string[] whole = rest[..(rest.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return whole.Length == 0 ? (ulong)commits : ulong.Parse(whole[^1], CultureInfo.InvariantCulture);
    }

    private static void AssertWhole(RocksDbLogStore store)
    {
        var head = store.TreeHead;
        var leaves = new Leaf[head.Size];
        store.ReadLeaves(0, leaves);
        Assert.Equal(StoreData.Leaves(0, leaves.Length), leaves);
        Assert.Equal(head.Size, BitConverter.ToUInt64(store.ReadRecord("test/size")));

        var range = new CompactRange();
        var nodes = new List<KeyValuePair<NodeId, Sigsum.Crypto.Hash>>();
        for (int i = 0; i < leaves.Length; i++)
        {
            var hash = leaves[i].LeafHash();
            Assert.Equal((ulong)i, store.FindLeaf(hash));
            range.Append(hash, nodes);
        }

        Assert.Equal(range.Root(), head.RootHash);
        Assert.All(nodes, node => Assert.Equal(node.Value, store.ReadNode(node.Key)));
    }
}
