using System.Diagnostics;
using Sigsum.Client;
using Sigsum.Log.Bench.Servers;
using Sigsum.Testing;

namespace Sigsum.Log.Bench.Parts;

/// <summary>An empty secondary joins a log: how fast it copies. log-go's does 1,000 leaves a second with Trillian.</summary>
internal sealed class CatchUpPart : IPart
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public string Name => "catch-up";

    public async Task RunAsync(Bench bench, CancellationToken cancellation)
    {
        for (int round = 0; round < bench.Plan.Rounds; round++)
        {
            ulong size = bench.Plan.CatchUp;
            LogShape shape = new() { Kind = ServerKind.Ours, Leaves = size, SecondaryLeaves = 0, Witness = false };
            await using LogUnderTest log = await LogUnderTest.PrepareAsync(bench.Peers, shape, cancellation);
            await log.StartPrimaryAsync(cancellation);
            await log.StartSecondaryAsync(0, cancellation);
            long start = Stopwatch.GetTimestamp();
            TimeSpan processor = log.ProcessorTime();
            await WaitAsync(log.Secondaries[0].InternalUrl, size, cancellation);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            string @case = $"{size:N0} leaves, from nothing";
            bench.Add(Name, @case, "leaves/s", ServerKind.Ours, round, size / seconds);
            bench.Add(
                Name, @case, "processor of both nodes per leaf, us", ServerKind.Ours, round,
                (log.ProcessorTime() - processor).TotalMicroseconds / size);
        }
    }

    private static async Task WaitAsync(Uri url, ulong size, CancellationToken cancellation)
    {
        using HttpClient http = new();
        SecondaryClient secondary = new(http, url);
        await Eventually.UntilAsync($"the secondary to hold {size} leaves", Limit, async token =>
            (await secondary.GetTreeHeadAsync(cancellationToken: token)).Head?.TreeHead.Size >= size, cancellation);
    }
}
