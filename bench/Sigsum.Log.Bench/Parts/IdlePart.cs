using Sigsum.Log.Bench.Servers;

namespace Sigsum.Log.Bench.Parts;

/// <summary>What nodes take that have nothing to do, configured as they are by default.</summary>
internal sealed class IdlePart : IPart
{
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);

    public string Name => "idle";

    public Task RunAsync(Bench bench, CancellationToken cancellation) => bench.InTurnAsync(async (kind, round) =>
    {
        LogShape shape = new() { Kind = kind, Interval = null };
        await using LogUnderTest log = await LogUnderTest.StartAsync(bench.Peers, shape, cancellation);
        await Task.Delay(Settle, TimeProvider.System, cancellation);
        foreach (Node node in log.Secondaries.Prepend(log.Primary))
            await MeasureAsync(bench, node, kind, round, cancellation);
    });

    private async Task MeasureAsync(Bench bench, Node node, ServerKind kind, int round, CancellationToken cancellation)
    {
        TimeSpan before = node.ProcessorTime();
        await Task.Delay(bench.Plan.Duration, TimeProvider.System, cancellation);
        double share = (node.ProcessorTime() - before) / bench.Plan.Duration;
        bench.Add(Name, node.Name, "resident memory, MiB", kind, round, node.ResidentMiB());
        bench.Add(Name, node.Name, "processor, % of a core", kind, round, share * 100);
    }
}
