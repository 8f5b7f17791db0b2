using System.Diagnostics;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Network;
using Sigsum.Log.Hazards.Tests.Reports;
using Sigsum.Messages;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>
/// Hazard secondary-restored-old: the secondary's disk is put back to an older copy, which was made while it ran. (A
/// secondary of log-go has its tree in memory; it is put back to nothing.)
/// </summary>
public sealed class SecondaryRestoredOldTests : HazardTest
{
    [Theory]
    [InlineData(ServerKind.Ours)]
    [InlineData(ServerKind.LogGo)]
    public async Task Secondary_restored_old(ServerKind kind)
    {
        HazardSetup setup = new() { Primary = kind, Secondaries = [kind], PrimaryOptions = [ShortCommitWait] };
        await using HazardLog log = await HazardLog.StartAsync(setup, Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(30, Cancellation);
        string older = await log.Secondary.BackUpAsync(Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(30, Cancellation);

        // It comes back older, and cannot fetch what it lacks.
        Link toPrimary = await log.Network.LinkAsync(log.Secondary, log.Primary, Cancellation);
        toPrimary.Cut();
        await log.Secondary.KillAsync();
        await log.Secondary.RestoreAsync(older, Cancellation);
        await log.Secondary.StartAsync(Cancellation);
        await HearAcceptedAsync(log, 20);
        TreeHead signed = SignedBy(log.Primary);
        await HearAcceptedAsync(log, 20);
        Assert.Equal(signed, SignedBy(log.Primary));

        long mended = Stopwatch.GetTimestamp();
        toPrimary.Mend();
        TimeSpan outage = await log.Clients.Fast.FirstCommitAfterAsync(mended, Cancellation);
        string outcome = await EndAsync(log, kind);
        HazardReport.Write("secondary-restored-old", kind,
            $"nothing signed beyond size {signed.Size} until it had fetched the difference (the time counts from when it "
            + $"could); {outcome}", outage);
    }
}
