using System.Diagnostics;
using System.Globalization;
using Sigsum.Log.Diagnostics.Exposition;

namespace Sigsum.Log.Diagnostics;

/// <summary>
/// Process and runtime basics. The process_ names are those that the Prometheus conventions give every client, and
/// those that log-go's Go client exposes; the dotnet_ names replace its go_ ones.
/// </summary>
internal sealed class RuntimeMetrics
{
    private readonly DateTime _processStart;
    private readonly long? _maxOpenFiles = ReadMaxOpenFiles();

    public RuntimeMetrics()
    {
        using var process = Process.GetCurrentProcess();
        _processStart = process.StartTime.ToUniversalTime();
    }

    public void Write(ExpositionWriter writer)
    {
        using var process = Process.GetCurrentProcess();
        Counter("process_cpu_seconds_total", "user and system CPU time spent, in seconds",
            process.TotalProcessorTime.TotalSeconds);
        Gauge("process_resident_memory_bytes", "resident memory", process.WorkingSet64);
        Gauge("process_virtual_memory_bytes", "virtual memory", process.VirtualMemorySize64);
        Gauge("process_threads", "operating system threads", process.Threads.Count);
        if (CountOpenFiles() is { } open)
            Gauge("process_open_fds", "open file descriptors", open);
        if (_maxOpenFiles is { } max)
            Gauge("process_max_fds", "the limit of open file descriptors", max);
        Gauge("process_start_time_seconds", "start of the process, in seconds since 1970",
            (_processStart - DateTime.UnixEpoch).TotalSeconds);

        writer.Family("dotnet_info", "gauge", "the runtime; the value is always 1");
        writer.Sample("dotnet_info", Labels.Render(["version"], [Environment.Version.ToString()]), 1);
        // What a collection has counted: between two of them the runtime's own answer can be too small, and even less than nothing
        // (dotnet/runtime#106712).
        var heap = GC.GetGCMemoryInfo(GCKind.Any);
        Gauge("dotnet_heap_bytes", "managed memory in use after the last collection", heap.HeapSizeBytes - heap.FragmentedBytes);
        Counter("dotnet_allocated_bytes_total", "managed memory ever allocated", GC.GetTotalAllocatedBytes());
        writer.Family("dotnet_gc_collections_total", "counter", "garbage collections");
        for (int generation = 0; generation <= GC.MaxGeneration; generation++)
            writer.Sample("dotnet_gc_collections_total", $"generation=\"{generation}\"", GC.CollectionCount(generation));
        Counter("dotnet_gc_pause_seconds_total", "time stopped for garbage collection, in seconds",
            GC.GetTotalPauseDuration().TotalSeconds);
        Gauge("dotnet_threadpool_threads", "threads of the pool", ThreadPool.ThreadCount);
        Gauge("dotnet_threadpool_queue_length", "work that waits for a thread", ThreadPool.PendingWorkItemCount);
        Counter("dotnet_lock_contentions_total", "times that a thread had to wait for a lock", Monitor.LockContentionCount);

        void Counter(string name, string help, double value)
        {
            writer.Family(name, "counter", help);
            writer.Sample(name, "", value);
        }

        void Gauge(string name, string help, double value)
        {
            writer.Family(name, "gauge", help);
            writer.Sample(name, "", value);
        }
    }

    private static int? CountOpenFiles() =>
        Directory.Exists("/proc/self/fd") ? Directory.EnumerateFileSystemEntries("/proc/self/fd").Count() : null;

    private static long? ReadMaxOpenFiles()
    {
        if (!File.Exists("/proc/self/limits"))
            return null;
        string? line = File.ReadLines("/proc/self/limits")
            .FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        string? soft = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(3);
        return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out long limit) ? limit : null;
    }
}
