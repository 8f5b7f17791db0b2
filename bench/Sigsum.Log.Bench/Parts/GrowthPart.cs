using System.Diagnostics;
using Sigsum.Log.Bench.Load;
using Sigsum.Log.Bench.Servers;

namespace Sigsum.Log.Bench.Parts;

/// <summary>
/// What changes as the tree grows: the rate of commits, memory, the time to start, and bytes on disk. All logs run from the
/// beginning, and are written to in turn: what else the machine does meanwhile falls on each of them.
/// </summary>
internal sealed class GrowthPart : IPart
{
    private const int Connections = 64;

    public string Name => "growth";

    public async Task RunAsync(Bench bench, CancellationToken cancellation)
    {
        List<GrownLog> logs = [];
        try
        {
            foreach (ulong size in bench.Plan.LargeTrees.Prepend(bench.Plan.SmallTree))
                logs.Add(await StartAsync(bench, size, cancellation));
            for (int round = 0; round < bench.Plan.Rounds; round++)
            {
                foreach (GrownLog log in logs)
                    await WriteAsync(bench, log, round, cancellation);
            }

            foreach (GrownLog log in logs)
            {
                Add(bench, log.Size, "resident memory of the primary, MiB", log.Log.Primary.ResidentMiB());
                Add(bench, log.Size, "resident memory of the secondary, MiB", log.Log.Secondaries[0].ResidentMiB());
            }
        }
        finally
        {
            foreach (GrownLog log in logs)
                await log.Log.DisposeAsync();
        }
    }

    private async Task<GrownLog> StartAsync(Bench bench, ulong size, CancellationToken cancellation)
    {
        LogShape shape = new() { Kind = ServerKind.Ours, Leaves = size };
        LogUnderTest log = await LogUnderTest.PrepareAsync(bench.Peers, shape, cancellation);
        try
        {
            Add(bench, size, "bytes on disk per leaf", (double)DiskUse.Of(log.DataDirectory(log.Primary)) / size);
            long start = Stopwatch.GetTimestamp();
            await log.StartPrimaryAsync(cancellation);
            Add(bench, size, "start until it listens, ms", Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            await log.StartSecondaryAsync(0, cancellation);
            await PublishedSize.WaitAsync(log.Primary.Url, size, cancellation);
            return new GrownLog(log, size) { Next = await WritePart.WarmUpAsync(bench, log, cancellation) };
        }
        catch
        {
            await log.DisposeAsync();
            throw;
        }
    }

    private async Task WriteAsync(Bench bench, GrownLog log, int round, CancellationToken cancellation)
    {
        (WriteWorkload load, LoadTime time) = await WritePart.RunAsync(bench, log.Log, Connections, log.Next, cancellation);
        log.Next = load.Next;
        Add(bench, log.Size, "committed/s at 64 connections", load.Committed / time.Counted.TotalSeconds, round);
        Add(bench, log.Size, "processor of both nodes per leaf, us", time.Processor.TotalMicroseconds / load.Committed, round);
    }

    private void Add(Bench bench, ulong size, string metric, double value, int round = 0) =>
        bench.Add(Name, $"{size:N0} leaves", metric, ServerKind.Ours, round, value);

    /// <summary>A log that runs, and the first leaf that it has not got yet.</summary>
    private sealed class GrownLog(LogUnderTest log, ulong size)
    {
        public LogUnderTest Log => log;

        public ulong Size => size;

        public int Next { get; set; }
    }
}
