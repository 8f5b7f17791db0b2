using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Reports;
using Sigsum.Testing;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>Hazard stale-secondary-promoted: where one of two secondaries has to hold a leaf, the one that lags is promoted.</summary>
public sealed class StaleSecondaryPromotedTests : FailoverHazardTest
{
    [Fact]
    public async Task Stale_secondary_promoted()
    {
        await using HazardLog log = await StartLoadedAsync(secondaries: 2, quorum: 1);
        HazardNode stale = log.Nodes[1], other = log.Nodes[2];
        await UntilAsync("both to be heard", () => log.Primary.Lines.Count(
            line => line.Contains("secondary", StringComparison.Ordinal) && line.Contains("is ok", StringComparison.Ordinal)) >= 2);
        await stale.StopAsync(Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(60, Cancellation);
        await log.Primary.KillAsync();

        await other.StopAsync(Cancellation);
        ProgramResult refused = await TryPromoteAsync(log, stale);
        Assert.Equal(1, refused.ExitCode);
        await other.StartAsync(Cancellation);
        ProgramResult promoted = await TryPromoteAsync(log, stale);
        Assert.Contains("fetched", promoted.Succeeded().Output, StringComparison.Ordinal);
        ConfigurePrimary(log, stale);
        await AddSecondaryAsync(log, stale, other, other.Key);
        await stale.StartAsync(Cancellation);
        log.PointTo(stale);
        await log.Clients.Fast.WaitForMoreAsync(20, Cancellation);
        string outcome = await EndAsync(log);
        HazardReport.Write("stale-secondary-promoted", ServerKind.Ours,
            $"refused while the other one is away, which it fetches from when it is there; {outcome}");
    }
}
