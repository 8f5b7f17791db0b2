using System.Diagnostics;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Reports;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>Hazard promoted-then-lost: the promoted primary dies before its new secondary has caught up.</summary>
public sealed class PromotedThenLostTests : FailoverHazardTest
{
    [Fact]
    public async Task Promoted_then_lost()
    {
        await using HazardLog log = await StartLoadedAsync(secondaries: 2);
        HazardNode first = log.Nodes[1], second = log.Nodes[2];
        string firstId, secondId;
        await first.StopAsync(Cancellation);
        await second.StopAsync(Cancellation);
        (firstId, secondId) = (await IdOfAsync(first), await IdOfAsync(second));
        await second.StartAsync(Cancellation);
        long failed = Stopwatch.GetTimestamp();
        await log.Primary.KillAsync();

        // Promoted with a secondary that never comes: leaves are taken (202), and nothing more is signed.
        await PromoteAsync(log, first);
        HazardNode absent = log.AddNode("absent", ServerKind.Ours, "secondary");
        await log.JoinAsync(first, absent, Cancellation);
        await first.StartAsync(Cancellation);
        log.PointTo(first);
        await HearAcceptedAsync(log, 20);
        Assert.False(File.Exists(first.Folder.Sth)); // it has signed nothing
        await first.KillAsync();
        first.Folder.Clear();

        await PromoteAsync(log, second, $"--lost-node={firstId}");
        await AddFreshSecondaryAsync(log, second, "fresh");
        await second.StartAsync(Cancellation);
        log.PointTo(second);
        TimeSpan outage = await log.Clients.Fast.FirstCommitAfterAsync(failed, Cancellation);
        string outcome = await EndAsync(log);
        Assert.NotEqual(firstId, secondId);
        HazardReport.Write("promoted-then-lost", ServerKind.Ours,
            $"the first promoted node took leaves and signed none; the other secondary went on in epoch 2; {outcome}", outage);
    }
}
