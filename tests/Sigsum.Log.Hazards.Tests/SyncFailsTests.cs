using System.Diagnostics;
using Sigsum.Crypto;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Reports;
using Sigsum.Testing;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>
/// Hazard sync-fails: fsync returns an error once, and would succeed the next time, with the data lost. The node has to
/// end, and what it said before must be on the disk when the machine has been restarted. Of the commit that failed the
/// disk may hold some blocks and not others; then the node refuses to start.
/// </summary>
public sealed class SyncFailsTests : HazardTest
{
    private const string Hazard = "sync-fails";

    [Fact]
    public async Task Sync_fails_on_the_primary()
    {
        await using HazardLog log = await HazardLog.StartAsync(new() { PrimaryOptions = [ShortCommitWait] }, Cancellation);
        using FailingDisk disk = await FailAsync(log, log.Primary);
        long failed = Stopwatch.GetTimestamp();
        await RestartAsync(disk);
        if (!await log.Primary.TryStartAsync(Cancellation))
        {
            Assert.Contains("cannot open the database", log.Primary.Process.Output.ToString(), StringComparison.Ordinal);
            HashSet<Hash> held = await LeavesOfAsync(log, log.Secondary);
            Assert.All(log.Clients.Fast.Commits, commit => Assert.Contains(commit.LeafHash, held));
            HazardReport.Write(Hazard, ServerKind.Ours,
                "the node ends with 1 at the first error; half a commit is on the disk, and it does not start; the "
                + $"secondary holds all {log.Clients.Fast.Commits.Count} leaves that got 200", detail: "primary");
            return;
        }

        TimeSpan outage = await log.Clients.Fast.FirstCommitAfterAsync(failed, Cancellation);
        string outcome = await EndAsync(log);
        await VerifyStoresAsync(log);
        HazardReport.Write(Hazard, ServerKind.Ours,
            $"the node ends with 1 at the first error; after a restart of the disk it goes on: {outcome}", outage, "primary");
    }

    [Fact]
    public async Task Sync_fails_on_the_secondary()
    {
        await using HazardLog log = await HazardLog.StartAsync(new() { PrimaryOptions = [ShortCommitWait] }, Cancellation);
        using FailingDisk disk = await FailAsync(log, log.Secondary);
        long failed = Stopwatch.GetTimestamp();
        await HearAcceptedAsync(log, 10);
        await RestartAsync(disk);
        string how = "goes on";
        if (!await log.Secondary.TryStartAsync(Cancellation))
        {
            Assert.Contains("cannot open the database", log.Secondary.Process.Output.ToString(), StringComparison.Ordinal);
            await MakeAnewAsync(log, log.Secondary);
            how = "does not start with half a commit; made anew it copies all";
        }

        TimeSpan outage = await log.Clients.Fast.FirstCommitAfterAsync(failed, Cancellation);
        string outcome = await EndAsync(log);
        await VerifyStoresAsync(log);
        HazardReport.Write(Hazard, ServerKind.Ours,
            $"the node ends with 1 at the first error; after a restart of the disk it {how}: {outcome}", outage, "secondary");
    }

    /// <summary>Gives a node a disk that fails when some leaves are committed, and waits until the node has ended.</summary>
    private static async Task<FailingDisk> FailAsync(HazardLog log, HazardNode node)
    {
        await node.StopAsync(Cancellation);
        FailingDisk disk = await FailingDisk.MountAsync(node.Folder.Disk, Cancellation);
        try
        {
            await node.StartAsync(Cancellation);
            await log.Clients.Fast.WaitForMoreAsync(30, Cancellation);
            disk.Fail();
            Assert.Equal(1, await node.Process.WaitForExitAsync(Patience, Cancellation));
            return disk;
        }
        catch
        {
            disk.Dispose();
            throw;
        }
    }

    private static async Task RestartAsync(FailingDisk disk)
    {
        disk.Mend();
        await disk.RestartAsync(Cancellation);
    }
}
