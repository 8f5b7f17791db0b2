using System.Diagnostics;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Reports;
using Sigsum.Log.Hazards.Tests.Witnesses;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>Hazard secondary-for-us: a real secondary of log-go follows our primary, and begins anew in between.</summary>
public sealed class SecondaryForUsTests : FailoverHazardTest
{
    [Fact]
    public async Task Secondary_for_us()
    {
        HazardSetup setup = new() { Secondaries = [ServerKind.LogGo], Witnesses = [WitnessKind.Sigsum] };
        await using HazardLog log = await HazardLog.StartAsync(setup, Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(50, Cancellation);

        long failed = Stopwatch.GetTimestamp();
        await log.Secondary.KillAsync();
        await log.Secondary.StartAsync(Cancellation); // with an empty tree
        TimeSpan outage = await log.Clients.Fast.FirstCommitAfterAsync(failed, Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(50, Cancellation);
        string outcome = await EndAsync(log);
        HazardReport.Write("secondary-for-us", ServerKind.Ours,
            $"heads advance as it polls; killed, it begins with an empty tree and copies all; {outcome}", outage);
    }

    [Fact]
    public async Task Secondary_for_us_after_a_promotion()
    {
        await using HazardLog log = await StartLoadedAsync();
        HazardNode promoted = log.Secondary;
        long failed = Stopwatch.GetTimestamp();
        await log.Primary.KillAsync();
        await PromoteAsync(log, promoted);
        HazardNode theirs = log.AddNode("theirs", ServerKind.LogGo, "secondary");
        await log.JoinAsync(promoted, theirs, Cancellation);
        await theirs.StartAsync(Cancellation);
        await promoted.StartAsync(Cancellation);
        log.PointTo(promoted);
        TimeSpan outage = await log.Clients.Fast.FirstCommitAfterAsync(failed, Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(20, Cancellation);
        string outcome = await EndAsync(log);
        HazardReport.Write("secondary-for-us", ServerKind.Ours, $"a log-go secondary follows the promoted node; {outcome}", outage,
            detail: "promoted");
    }
}
