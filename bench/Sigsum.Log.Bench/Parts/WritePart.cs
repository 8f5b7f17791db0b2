using Sigsum.Log.Bench.Load;
using Sigsum.Log.Bench.Servers;

namespace Sigsum.Log.Bench.Parts;

/// <summary>
/// Leaves are posted until they get 200. Primary and secondary, each with its own store; ours syncs each commit on both.
/// A witness cosigns. log-go posts its leaves again after a second, which is its interval and what suits it best.
/// </summary>
internal sealed class WritePart : IPart
{
    private const int WarmUpConnections = 64;
    private static readonly TimeSpan WarmUpLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public string Name => "write";

    public Task RunAsync(Bench bench, CancellationToken cancellation) =>
        bench.InTurnAsync((kind, round) => RunAsync(bench, kind, round, cancellation));

    private async Task RunAsync(Bench bench, ServerKind kind, int round, CancellationToken cancellation)
    {
        await using LogUnderTest log = await LogUnderTest.StartAsync(bench.Peers, new LogShape { Kind = kind }, cancellation);
        int next = await WarmUpAsync(bench, log, cancellation);
        foreach (int connections in bench.Plan.Connections)
        {
            (WriteWorkload load, LoadTime time) = await RunAsync(bench, log, connections, next, cancellation);
            next = load.Next;
            string @case = connections == 1 ? "1 connection" : $"{connections} connections";
            if (load.Refused > 0)
                bench.Say($"{Name}: {@case}: {load.Refused} answers were neither 200 nor 202");
            Add("committed/s", load.Committed / time.Counted.TotalSeconds);
            Add("processor of both nodes per leaf, us", time.Processor.TotalMicroseconds / load.Committed);
            foreach ((string name, double part) in new[] { ("p50", 0.5), ("p95", 0.95), ("p99", 0.99) })
            {
                Add($"first answer {name}, ms", load.FirstAnswer.Quantile(part));
                Add($"first POST to 200 {name}, ms", load.ToCommitted.Quantile(part));
            }

            void Add(string metric, double value) => bench.Add(Name, @case, metric, kind, round, value);
        }
    }

    /// <summary>
    /// Keeps a log busy until its programs are compiled: so many leaves, since time says little on a busy machine.
    /// </summary>
    /// <returns>Index of the first leaf that was not taken.</returns>
    internal static async Task<int> WarmUpAsync(Bench bench, LogUnderTest log, CancellationToken cancellation)
    {
        await bench.Leaves.FillAsync(bench.Plan.WarmUpLeaves, cancellation);
        FillWorkload fill = new(bench.Leaves, bench.Plan.WarmUpLeaves);
        LoadSpec spec = new(log.Primary.Url, WarmUpConnections, TimeSpan.Zero, WarmUpLimit, log.ProcessorTime);
        await LoadRun.RunAsync(spec, fill, cancellation);
        return bench.Plan.WarmUpLeaves;
    }

    /// <summary>Posts leaves to a log for as long as the plan says.</summary>
    internal static async Task<(WriteWorkload Load, LoadTime Time)> RunAsync(
        Bench bench, LogUnderTest log, int connections, int first, CancellationToken cancellation)
    {
        double seconds = (bench.Plan.Settle + bench.Plan.Duration).TotalSeconds;
        await bench.Leaves.FillAsync(first + (int)(bench.Plan.MaxRate * seconds), cancellation);
        WriteWorkload load = new(bench.Leaves, first, Patience);
        LoadSpec spec = new(log.Primary.Url, connections, bench.Plan.Settle, bench.Plan.Duration, log.ProcessorTime);
        return (load, await LoadRun.RunAsync(spec, load, cancellation));
    }
}
