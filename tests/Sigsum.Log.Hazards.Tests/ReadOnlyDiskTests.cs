using System.Diagnostics;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Reports;
using Sigsum.Testing;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>Hazard read-only-disk: the system makes the disk of a running node read-only, as it does after an error of the
/// disk. The node ends, says why, and goes on when the disk takes writes again.</summary>
public sealed class ReadOnlyDiskTests : HazardTest
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_only_disk(bool primary)
    {
        await using HazardLog log = await HazardLog.StartAsync(new() { PrimaryOptions = [ShortCommitWait] }, Cancellation);
        HazardNode node = primary ? log.Primary : log.Secondary;
        await node.StopAsync(Cancellation);
        using FailingDisk disk = await FailingDisk.MountAsync(node.Folder.Disk, Cancellation);
        await node.StartAsync(Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(30, Cancellation);

        await disk.MakeReadOnlyAsync(Cancellation);
        Assert.Equal(1, await node.Process.WaitForExitAsync(Patience, Cancellation));
        Assert.Contains("Read-only file system", node.Process.Output.ToString(), StringComparison.Ordinal);
        long failed = Stopwatch.GetTimestamp();
        if (!primary)
            await HearAcceptedAsync(log, 10); // it goes on without its secondary, and promises nothing
        Assert.Equal(1, await node.StartToEndAsync(Cancellation));
        Assert.Contains("Read-only file system", node.Process.Output.ToString(), StringComparison.Ordinal);

        await disk.RestartAsync(Cancellation);
        await node.StartAsync(Cancellation);
        TimeSpan outage = await log.Clients.Fast.FirstCommitAfterAsync(failed, Cancellation);
        string outcome = await EndAsync(log);
        await VerifyStoresAsync(log);
        HazardReport.Write("read-only-disk", ServerKind.Ours,
            $"the node ends with 1 and says that the disk is read-only, and so it does when it is started; with a disk that "
            + $"takes writes it goes on: {outcome}", outage, primary ? "primary" : "secondary");
    }
}
