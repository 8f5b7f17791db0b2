using System.Diagnostics;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Reports;
using Sigsum.Log.Hazards.Tests.Rounds;
using Sigsum.Testing;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>
/// Hazard slow-disk: the disk of a node stalls again and again, for as long as an old disk takes to try a sector again.
/// Whatever writes or syncs waits; readers go on, and nothing is promised meanwhile.
/// </summary>
public sealed class SlowDiskTests : HazardTest
{
    private const int Stalls = 12;
    private static readonly TimeSpan LongestStall = TimeSpan.FromMilliseconds(600);
    private static readonly TimeSpan LongestLoad = TimeSpan.FromMilliseconds(300);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Slow_disk(bool primary)
    {
        FaultRounds rounds = FaultRounds.FromEnvironment(Stalls);
        HazardSetup setup = new() { PrimaryOptions = [ShortCommitWait] };
        await using HazardLog log = await HazardLog.StartAsync(setup, Cancellation);
        HazardNode node = primary ? log.Primary : log.Secondary;
        await node.StopAsync(Cancellation);
        using FailingDisk disk = await FailingDisk.MountAsync(node.Folder.Disk, Cancellation);
        await node.StartAsync(Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(20, Cancellation);
        TimeSpan longest = default;
        for (int stall = 0; stall < rounds.Count; stall++)
        {
            await rounds.MomentAsync(LongestLoad, Cancellation);
            await StallAsync(log, disk, rounds);
            TimeSpan outage = await log.Clients.Fast.FirstCommitAfterAsync(Stopwatch.GetTimestamp(), Cancellation);
            longest = outage > longest ? outage : longest;
        }

        string outcome = await EndAsync(log);
        await VerifyStoresAsync(log);
        HazardReport.Write("slow-disk", ServerKind.Ours,
            $"{rounds.Count} stalls of up to {LongestStall.TotalMilliseconds:0} ms, seed {rounds.Seed}; while the disk stalls "
            + $"nothing is promised, and readers go on: {outcome}", longest, primary ? "primary" : "secondary");
    }

    private static async Task StallAsync(HazardLog log, FailingDisk disk, FaultRounds rounds)
    {
        await disk.StallAsync();
        try
        {
            int answers = log.Clients.Heads.Answers;
            await HearAcceptedAsync(log, 1);
            await rounds.MomentAsync(LongestStall, Cancellation);
            await UntilAsync("readers to be answered", () => log.Clients.Heads.Answers > answers);
        }
        finally
        {
            await disk.ResumeAsync();
        }
    }
}
