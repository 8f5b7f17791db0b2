using System.Diagnostics;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Reports;
using Sigsum.Messages;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>Hazard primary-lost: the primary's disk is gone, and the secondary is promoted.</summary>
public sealed class PrimaryLostTests : FailoverHazardTest
{
    [Fact]
    public async Task Primary_lost()
    {
        await using HazardLog log = await StartLoadedAsync();
        HazardNode promoted = log.Secondary;
        long failed = Stopwatch.GetTimestamp();
        await log.Primary.KillAsync();
        TreeHead published = log.Clients.Heads.Latest!.SignedTreeHead.TreeHead;
        log.Primary.Folder.Clear();
        await PromoteAsync(log, promoted);
        await TakeOverAsync(log, promoted);
        TimeSpan outage = await log.Clients.Fast.FirstCommitAfterAsync(failed, Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(20, Cancellation);
        string outcome = await EndAsync(log);
        HazardReport.Write("primary-lost", ServerKind.Ours,
            $"promoted after size {published.Size} was published; {outcome}", outage);
    }
}
