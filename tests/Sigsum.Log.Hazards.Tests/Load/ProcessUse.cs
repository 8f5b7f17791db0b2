using System.Globalization;
using Sigsum.Log.Hazards.Tests.Cluster;

namespace Sigsum.Log.Hazards.Tests.Load;

/// <summary>What a process holds at one moment.</summary>
/// <param name="Resident">Resident memory, in KiB.</param>
/// <param name="Heap">Managed memory in use after the last collection, in KiB, garbage that it left included.</param>
/// <param name="Files">Open files, sockets among them, and without the tables of the store: there are more of these as the log
/// grows, up to a bound that the store is told.</param>
/// <param name="Threads">Threads.</param>
internal sealed record ProcessUse(long Resident, long Heap, long Files, long Threads)
{
    /// <summary>Looks at a node of ours, which runs.</summary>
    public static async Task<ProcessUse> ReadAsync(HazardLog log, HazardNode node, CancellationToken cancellation)
    {
        string folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{node.Process.Id}");
        string[] status = await File.ReadAllLinesAsync(Path.Combine(folder, "status"), cancellation);
        string metrics = await log.Http.GetStringAsync(new Uri(node.InternalUrl, "metrics"), cancellation);
        string heap = metrics.Split('\n').Single(line => line.StartsWith("dotnet_heap_bytes ", StringComparison.Ordinal));
        return new ProcessUse(
            Status("VmRSS:"),
            (long)double.Parse(heap.Split(' ')[1], CultureInfo.InvariantCulture) / 1024,
            new DirectoryInfo(Path.Combine(folder, "fd")).GetFiles().Count(file => file.LinkTarget?.EndsWith(".sst", StringComparison.Ordinal) != true),
            Status("Threads:"));

        long Status(string name) => long.Parse(
            status.Single(line => line.StartsWith(name, StringComparison.Ordinal))
                .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture);
    }
}
