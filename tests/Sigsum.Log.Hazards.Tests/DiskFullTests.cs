using System.Diagnostics;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Reports;
using Sigsum.Testing;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>Hazard disk-full: on the primary, and on the secondary. (log-go's nodes here keep nothing on a disk.)</summary>
public sealed class DiskFullTests : HazardTest
{
    [Fact]
    public Task Disk_full_on_the_primary() => Disk_full(primary: true);

    [Fact]
    public Task Disk_full_on_the_secondary() => Disk_full(primary: false);

    private static async Task Disk_full(bool primary)
    {
        HazardSetup setup = new() { PrimaryOptions = [ShortCommitWait] };
        await using HazardLog log = await HazardLog.StartAsync(setup, Cancellation);
        HazardNode node = primary ? log.Primary : log.Secondary;
        await node.StopAsync(Cancellation);
        using SmallDisk disk = await SmallDisk.MountAsync(node.Folder.Disk, Cancellation);
        await node.StartAsync(Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(30, Cancellation);

        disk.Fill();
        Assert.Equal(1, await node.Process.WaitForExitAsync(Patience, Cancellation));
        Assert.Contains("No space left on device", node.Process.Output.ToString(), StringComparison.Ordinal);
        long failed = Stopwatch.GetTimestamp();
        if (!primary)
            await HearAcceptedAsync(log, 10); // it goes on without its secondary, and promises nothing

        disk.Empty();
        await node.StartAsync(Cancellation);
        TimeSpan outage = await log.Clients.Fast.FirstCommitAfterAsync(failed, Cancellation);
        string outcome = await EndAsync(log);
        await VerifyStoresAsync(log);
        HazardReport.Write("disk-full", ServerKind.Ours,
            $"the node ends with 1 and says that the disk is full; with space again it goes on: {outcome}",
            outage, primary ? "primary" : "secondary");
    }
}
