using Sigsum.Crypto;
using Sigsum.Log.Bench.Load;
using Sigsum.Log.Bench.Servers;

namespace Sigsum.Log.Bench.Parts;

/// <summary>The four GET calls, at random. Small trees in turn with log-go; large ones on ours alone.</summary>
internal sealed class ReadPart : IPart
{
    private const int Connections = 16;
    private static readonly TimeSpan FillLimit = TimeSpan.FromMinutes(5);

    public string Name => "read";

    public async Task RunAsync(Bench bench, CancellationToken cancellation)
    {
        foreach (ulong size in bench.Plan.SharedTrees)
        {
            await bench.InTurnAsync(async (kind, round) =>
            {
                if (kind == ServerKind.Ours)
                    await OfOursAsync(bench, size, round, cancellation);
                else
                    await OfLogGoAsync(bench, size, round, cancellation);
            });
        }

        foreach (ulong size in bench.Plan.LargeTrees)
        {
            for (int round = 0; round < bench.Plan.Rounds; round++)
                await OfOursAsync(bench, size, round, cancellation);
        }

        for (int round = 0; round < bench.Plan.Rounds; round++)
            await AgainstBareAsync(bench, round, cancellation);
    }

    private async Task OfOursAsync(Bench bench, ulong size, int round, CancellationToken cancellation)
    {
        LogShape shape = new() { Kind = ServerKind.Ours, Secondaries = 0, Witness = false, Leaves = size };
        await using LogUnderTest log = await LogUnderTest.StartAsync(bench.Peers, shape, cancellation);
        await PublishedSize.WaitAsync(log.Primary.Url, size, cancellation);
        await AskAllAsync(bench, log, size, ReadPaths.OfLargeTree(size), ServerKind.Ours, round, cancellation);
    }

    private async Task OfLogGoAsync(Bench bench, ulong size, int round, CancellationToken cancellation)
    {
        LogShape shape = new() { Kind = ServerKind.LogGo, Secondaries = 0, Witness = false };
        await using LogUnderTest log = await LogUnderTest.StartAsync(bench.Peers, shape, cancellation);
        await bench.Leaves.FillAsync((int)size, cancellation);
        FillWorkload fill = new(bench.Leaves, (int)size);
        await LoadRun.RunAsync(
            new LoadSpec(log.Primary.Url, Connections, TimeSpan.Zero, FillLimit, log.ProcessorTime), fill, cancellation);
        await PublishedSize.WaitAsync(log.Primary.Url, size, cancellation);
        Hash[] leaves = [.. Enumerable.Range(0, (int)size).Select(i => bench.Leaves[i].ToLeaf().LeafHash())];
        await AskAllAsync(bench, log, size, new ReadPaths(size, random => leaves[random.Next(leaves.Length)]), ServerKind.LogGo, round, cancellation);
    }

    /// <summary>The web server alone, and ours: what its own code costs.</summary>
    private async Task AgainstBareAsync(Bench bench, int round, CancellationToken cancellation)
    {
        await using (Node bare = new("bare-kestrel"))
        {
            await BareKestrel.StartAsync(bare, cancellation);
            await AskForHeadAsync(bare, ServerKind.BareKestrel);
        }

        LogShape shape = new() { Kind = ServerKind.Ours, Secondaries = 0, Witness = false, Leaves = 1000 };
        await using LogUnderTest log = await LogUnderTest.StartAsync(bench.Peers, shape, cancellation);
        await PublishedSize.WaitAsync(log.Primary.Url, shape.Leaves, cancellation);
        await AskForHeadAsync(log.Primary, ServerKind.Ours);

        async Task AskForHeadAsync(Node node, ServerKind kind)
        {
            (ReadWorkload load, LoadTime time) = await AskAsync(bench, node, ["get-tree-head"], cancellation);
            const string @case = "get-tree-head, against bare Kestrel";
            bench.Add(Name, @case, "requests/s", kind, round, load.Answered / time.Counted.TotalSeconds);
            bench.Add(Name, @case, "processor per request, us", kind, round, time.Processor.TotalMicroseconds / load.Answered);
        }
    }

    private async Task AskAllAsync(
        Bench bench, LogUnderTest log, ulong size, ReadPaths paths, ServerKind kind, int round, CancellationToken cancellation)
    {
        foreach ((string call, string[] asked) in paths.All())
        {
            (ReadWorkload load, LoadTime time) = await AskAsync(bench, log.Primary, asked, cancellation);
            string @case = $"{call}, {size:N0} leaves";
            if (load.Refused > 0)
                throw new InvalidOperationException($"{@case}: {load.Refused} of {load.Answered} answers were not 200");
            bench.Add(Name, @case, "requests/s", kind, round, load.Answered / time.Counted.TotalSeconds);
            bench.Add(Name, @case, "processor per request, us", kind, round, time.Processor.TotalMicroseconds / load.Answered);
            bench.Add(Name, @case, "p99, ms", kind, round, load.Latencies.Quantile(0.99));
        }

        bench.Add(Name, $"memory after it, {size:N0} leaves", "MiB", kind, round, log.Primary.ResidentMiB());
    }

    private static async Task<(ReadWorkload Load, LoadTime Time)> AskAsync(
        Bench bench, Node node, string[] paths, CancellationToken cancellation)
    {
        ReadWorkload load = new(paths);
        LoadSpec spec = new(node.Url, Connections, bench.Plan.Settle, bench.Plan.Duration, node.ProcessorTime);
        return (load, await LoadRun.RunAsync(spec, load, cancellation));
    }
}
