using System.Diagnostics;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Reports;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>Hazard primary-lost-second-secondary: the primary is gone, and one of two secondaries is promoted.</summary>
public sealed class PrimaryLostSecondSecondaryTests : FailoverHazardTest
{
    [Fact]
    public async Task Primary_lost_second_secondary()
    {
        await using HazardLog log = await StartLoadedAsync(secondaries: 2);
        HazardNode promoted = log.Nodes[1], other = log.Nodes[2];
        long failed = Stopwatch.GetTimestamp();
        await log.Primary.KillAsync();
        await PromoteAsync(log, promoted);
        await AddSecondaryAsync(log, promoted, other, other.Key);
        await promoted.StartAsync(Cancellation);
        log.PointTo(promoted);
        TimeSpan outage = await log.Clients.Fast.FirstCommitAfterAsync(failed, Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(20, Cancellation);
        string outcome = await EndAsync(log);
        HazardReport.Write("primary-lost-second-secondary", ServerKind.Ours,
            $"the other secondary follows by itself, its configuration and its process unchanged; {outcome}", outage);
    }
}
