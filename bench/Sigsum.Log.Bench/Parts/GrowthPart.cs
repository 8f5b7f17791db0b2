using System.Diagnostics;
using Sigsum.Log.Bench.Load;
using Sigsum.Log.Bench.Servers;

namespace Sigsum.Log.Bench.Parts;

/// <summary>What changes as the tree grows: the rate of commits, memory, the time to start, and bytes on disk.</summary>
internal sealed class GrowthPart : IPart
{
    private const int Connections = 64;

    public string Name => "growth";

    public async Task RunAsync(Bench bench, CancellationToken cancellation)
    {
        foreach (ulong size in bench.Plan.LargeTrees.Prepend(bench.Plan.SmallTree))
        {
            LogShape shape = new() { Kind = ServerKind.Ours, Leaves = size };
            await using LogUnderTest log = await LogUnderTest.PrepareAsync(bench.Peers, shape, cancellation);
            string @case = $"{size:N0} leaves";
            Add("bytes on disk per leaf", (double)DiskUse.Of(log.DataDirectory(log.Primary)) / size);
            long start = Stopwatch.GetTimestamp();
            await log.StartPrimaryAsync(cancellation);
            Add("start until it listens, ms", Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            await log.StartSecondaryAsync(0, cancellation);
            await PublishedSize.WaitAsync(log.Primary.Url, size, cancellation);
            int next = await WritePart.WarmUpAsync(bench, log, cancellation);
            for (int round = 0; round < bench.Plan.Rounds; round++)
            {
                (WriteWorkload load, LoadTime time) = await WritePart.RunAsync(bench, log, Connections, next, cancellation);
                next = load.Next;
                bench.Add(Name, @case, "committed/s at 64 connections", ServerKind.Ours, round, load.Committed / time.Counted.TotalSeconds);
                bench.Add(
                    Name, @case, "processor of both nodes per leaf, us", ServerKind.Ours, round,
                    time.Processor.TotalMicroseconds / load.Committed);
            }

            Add("resident memory of the primary, MiB", log.Primary.ResidentMiB());
            Add("resident memory of the secondary, MiB", log.Secondaries[0].ResidentMiB());

            void Add(string metric, double value) => bench.Add(Name, @case, metric, ServerKind.Ours, 0, value);
        }
    }
}
