using System.Diagnostics;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Reports;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>
/// Hazard slow-everything: every packet between nodes and from clients is held up for a while of its own, so that
/// connections overtake each other, and every question between nodes arrives twice.
/// </summary>
public sealed class SlowEverythingTests : HazardTest
{
    [Theory]
    [InlineData(ServerKind.Ours)]
    [InlineData(ServerKind.LogGo)]
    public async Task Slow_everything(ServerKind kind)
    {
        HazardSetup setup = new()
        {
            Primary = kind,
            Secondaries = kind == ServerKind.Ours ? [kind, kind] : [kind],
            NodeDelay = () => TimeSpan.FromMilliseconds(Random.Shared.Next(100)),
            NodeDuplicates = true,
        };
        await using HazardLog log = await HazardLog.StartAsync(setup, Cancellation);
        log.Public.Delay = () => TimeSpan.FromMilliseconds(Random.Shared.Next(30));
        await log.Clients.Fast.WaitForMoreAsync(60, Cancellation);
        log.Public.Delay = null;
        string outcome = await EndAsync(log, kind);

        TimeSpan[] waits = [.. log.Clients.Fast.Commits
            .Select(commit => Stopwatch.GetElapsedTime(commit.Posted, commit.Answered)).Order()];
        HazardReport.Write("slow-everything", kind,
            $"up to 100 ms a packet between nodes, each question twice: a leaf got 200 after "
            + $"{waits[waits.Length / 2].TotalMilliseconds:0} ms (median) to {waits[^1].TotalMilliseconds:0} ms; {outcome}");
    }
}
