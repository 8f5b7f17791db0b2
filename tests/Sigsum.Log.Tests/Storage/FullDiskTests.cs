using System.Diagnostics;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Tests.Storage;

/// <summary>A disk without space: a small file system in memory, which only root may mount.</summary>
public sealed class FullDiskTests
{
    [Fact]
    public async Task A_full_disk_is_a_clean_error_and_nothing_acknowledged_is_lost()
    {
        using var disk = SmallDisk.Mount(megabytes: 24);
        string path = Path.Combine(disk.Path, "node");
        string ballast = Path.Combine(disk.Path, "ballast");
        File.WriteAllBytes(ballast, new byte[12 << 20]);

        using var store = RocksDbLogStore.Create(path, StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, null));
        var appender = TreeAppender.Restore(store);
        var error = Assert.Throws<StoreException>(() => AppendForever(appender, store));
        Assert.Contains("No space left on device", error.Message, StringComparison.Ordinal);
        Assert.InRange(appender.TreeHead.Size, 500ul, ulong.MaxValue);
        Assert.Equal(appender.TreeHead, store.TreeHead);

        // What is there can be read; nothing more is taken, not even when there is space again.
        Assert.Equal(0ul, store.FindLeaf(StoreData.Leaf(0).LeafHash()));
        File.Delete(ballast);
        Assert.Same(error, await store.Failed);
        error = Assert.Throws<StoreException>(() => appender.Append(store, 1));
        Assert.Contains("has failed and takes nothing more", error.Message, StringComparison.Ordinal);
        Assert.Throws<StoreException>(() => store.CommitRecords([new("a/1", new byte[1])]));
        store.Dispose();

        using var reopened = RocksDbLogStore.Open(path);
        Assert.InRange(reopened.TreeHead.Size, appender.TreeHead.Size, appender.TreeHead.Size + 500);
        var again = TreeAppender.Restore(reopened);
        again.Append(reopened, 10);
        for (ulong i = 0; i < again.TreeHead.Size; i++)
        {
            Assert.Equal(i, reopened.FindLeaf(StoreData.Leaf(i).LeafHash()));
        }
    }

    private static void AppendForever(TreeAppender appender, ILogStore store)
    {
        while (true)
        {
            appender.Append(store, 500);
        }
    }

    private sealed class SmallDisk : IDisposable
    {
        private readonly TemporaryDirectory _directory = new();

        public string Path => _directory.Path;

        public static SmallDisk Mount(int megabytes)
        {
            Assert.SkipUnless(OperatingSystem.IsLinux(), "a small file system is mounted as on Linux");
            Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root may mount a file system");
            var disk = new SmallDisk();
            if (Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", disk.Path) is not "" and var error)
            {
                disk._directory.Dispose();
                Assert.Skip($"this machine does not allow mounting: {error}");
            }

            return disk;
        }

        public void Dispose()
        {
            Run("umount", Path);
            _directory.Dispose();
        }

        private static string Run(string program, params string[] arguments)
        {
            using var process = Process.Start(
                new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            string error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? "" : error.Trim();
        }
    }
}
