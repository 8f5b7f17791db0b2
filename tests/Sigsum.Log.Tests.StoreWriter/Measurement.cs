using System.Diagnostics;
using System.Runtime.InteropServices;
using Sigsum.Crypto;
using Sigsum.Log.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Tests.Storage;

/// <summary>Grows a store by batches through its interface and prints figures: for people, not for
/// assertions.</summary>
internal static partial class Measurement
{
    public static void Run(string directory, ulong count, TextWriter output)
    {
        if (!Directory.Exists(directory))
        {
            RocksDbLogStore.Create(directory, StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, null)).Dispose();
        }

        using (var store = RocksDbLogStore.Open(directory))
        {
            if (store.TreeHead.Size < count)
            {
                // Run again to measure: what growing leaves in memory is not the memory of a node that has started.
                Grow(store, count, output);
                return;
            }
        }

        output.WriteLine($"disk: {(double)DiskBytes(directory) / count:F1} bytes per leaf");
        var watch = Stopwatch.StartNew();
        using (var store = RocksDbLogStore.Open(directory))
        {
            output.WriteLine($"open: {watch.Elapsed.TotalMilliseconds:F0} ms at {store.TreeHead.Size} leaves");
            PrintResident(output);
            Read(store, output);
            PrintResident(output);
            foreach (int size in new[] { 1, 100, 1000 })
            {
                Commit(store, size, output);
            }

            PrintResident(output);
        }
    }

    public static void Read(string directory, TextWriter output)
    {
        using var store = RocksDbLogStore.Open(directory);
        Read(store, output);
    }

    private static void PrintResident(TextWriter output) => output.WriteLine(
        $"resident: {Environment.WorkingSet >> 20} MiB, managed {GC.GetTotalMemory(forceFullCollection: true) >> 20} MiB");

    private static void Grow(RocksDbLogStore store, ulong count, TextWriter output)
    {
        var appender = TreeAppender.Restore(store);
        ulong before = appender.TreeHead.Size;
        var processor = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        while (appender.TreeHead.Size < count)
        {
            appender.Append(store, (int)Math.Min(10_000, count - appender.TreeHead.Size));
        }

        processor = Environment.CpuUsage.TotalTime - processor;
        output.WriteLine($"grow: {(count - before) / watch.Elapsed.TotalSeconds:F0} leaves/s in batches of 10000, " +
            $"{processor.TotalMicroseconds / (count - before):F1} us of processor time each, " +
            $"resident {Process.GetCurrentProcess().WorkingSet64 >> 20} MiB");
    }

    private static void Read(RocksDbLogStore store, TextWriter output)
    {
        const int reads = 20_000;
        var random = new Random(1);
        ulong size = store.TreeHead.Size;
        Time("inclusion proof", reads, output,
            () => ProofBuilder.Inclusion((ulong)random.NextInt64((long)size), size, store));
        Time("consistency proof", reads, output,
            () => ProofBuilder.Consistency((ulong)random.NextInt64(1, (long)size), size, store));
        Hash[] present = new Hash[reads];
        for (int i = 0; i < reads; i++)
        {
            present[i] = StoreData.Leaf((ulong)random.NextInt64((long)size)).LeafHash();
        }

        int next = 0;
        Time("find a leaf that is there", reads, output, () => _ = store.FindLeaf(present[next++ % reads]));
        Time("find a leaf that is not", reads, output,
            () => store.FindLeaf(Hash.Sha256(present[next++ % reads].AsSpan())));
        var leaves = new Leaf[512];
        Time("read 512 leaves", 2000, output,
            () => store.ReadLeaves((ulong)random.NextInt64((long)size - 512), leaves));
    }

    private static void Commit(RocksDbLogStore store, int batch, TextWriter output)
    {
        var appender = TreeAppender.Restore(store);
        Time($"commit {batch}", Math.Max(200, 2000 / batch), output, () => appender.Append(store, batch));
    }

    private static void Time(string what, int count, TextWriter output, Action action)
    {
        double[] times = new double[count];
        var processor = ThreadTime();
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < count; i++)
        {
            long start = Stopwatch.GetTimestamp();
            action();
            times[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        processor = ThreadTime() - processor;
        Array.Sort(times);
        output.WriteLine($"{what}: {1e6 * count / times.Sum():F0}/s, median {times[count / 2]:F1} us, " +
            $"99% {times[count * 99 / 100]:F1} us, " +
            $"processor {processor.TotalMicroseconds / count:F1} us, {allocated / count} bytes allocated");
    }

    /// <summary>Processor time of this thread: what an operation costs, also on a machine that is busy.</summary>
    private static TimeSpan ThreadTime()
    {
        const int threadCpuTime = 3;
        _ = ClockGetTime(threadCpuTime, out var time);
        return TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1000.0);
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, out TimeSpec time);

    private static long DiskBytes(string directory)
    {
        using var du = Process.Start(
            new ProcessStartInfo("du", ["-s", "-B1", directory]) { RedirectStandardOutput = true })!;
        string answer = du.StandardOutput.ReadToEnd();
        du.WaitForExit();
        return long.Parse(answer.Split('\t')[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    private readonly record struct TimeSpec(long Seconds, long Nanoseconds);
}
