using System.Diagnostics;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Reports;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>Hazard primary-restored-old: the primary's directory and sth file are put back to an older copy, the secondary is intact.</summary>
public sealed class PrimaryRestoredOldTests : FailoverHazardTest
{
    [Fact]
    public async Task Primary_restored_old()
    {
        await using HazardLog log = await StartLoadedAsync();
        string older = await log.Primary.BackUpAsync(Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(40, Cancellation);
        long failed = Stopwatch.GetTimestamp();
        await log.Primary.KillAsync();
        await log.Primary.RestoreAsync(older, Cancellation);
        await log.Primary.StartAsync(Cancellation);
        TimeSpan outage = await log.Clients.Fast.FirstCommitAfterAsync(failed, Cancellation);
        string line = await log.Primary.WaitForLineAsync("fetched back from", Cancellation);
        string outcome = await EndAsync(log);
        HazardReport.Write("primary-restored-old", ServerKind.Ours, $"{line[line.IndexOf("this store", StringComparison.Ordinal)..]}; {outcome}", outage);
    }

    [Fact]
    public async Task Primary_restored_old_while_its_secondary_is_away()
    {
        await using HazardLog log = await StartLoadedAsync();
        string older = await log.Primary.BackUpAsync(Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(40, Cancellation);
        await log.Primary.KillAsync();
        await log.Secondary.KillAsync();
        await log.Primary.RestoreAsync(older, Cancellation);
        var signed = SignedBy(log.Primary);
        await log.Primary.StartAsync(Cancellation);
        await UntilAsync("the witness to be heard", () => log.Primary.Lines.Any(
            line => line.Contains("has cosigned size", StringComparison.Ordinal)));
        Assert.Equal(signed, SignedBy(log.Primary));

        // It starts again by itself when it hears what the secondary holds.
        long failed = Stopwatch.GetTimestamp();
        await log.Secondary.StartAsync(Cancellation);
        TimeSpan outage = await log.Clients.Fast.FirstCommitAfterAsync(failed, Cancellation);
        string outcome = await EndAsync(log);
        HazardReport.Write("primary-restored-old", ServerKind.Ours,
            $"signs nothing while it cannot know better, and fetches the leaves back when the secondary is there; {outcome}", outage,
            "secondary away");
    }
}
