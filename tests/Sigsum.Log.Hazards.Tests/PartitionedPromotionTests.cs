using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Reports;
using Sigsum.Messages;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>Hazard partitioned-promotion: the operator promotes while the old primary is alive, and cannot be reached.</summary>
public sealed class PartitionedPromotionTests : FailoverHazardTest
{
    [Fact]
    public async Task Partitioned_promotion()
    {
        await using HazardLog log = await StartLoadedAsync();
        HazardNode old = log.Primary, promoted = log.Secondary;
        log.Network.Cut(old, promoted);
        await HearAcceptedAsync(log, 10); // it takes leaves and commits none
        TreeHead signed = SignedBy(old);
        await PromoteAsync(log, promoted);
        await TakeOverAsync(log, promoted);
        await log.Clients.Fast.WaitForMoreAsync(20, Cancellation);
        Assert.True(old.IsRunning);
        Assert.Equal(signed, SignedBy(old));

        log.Network.Mend(old, promoted);
        await old.WaitForLineAsync("in epoch 1", Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(20, Cancellation);
        Assert.Equal(signed, SignedBy(old));
        string outcome = await EndAsync(log);
        HazardReport.Write("partitioned-promotion", ServerKind.Ours,
            $"the old primary stayed at size {signed.Size} and was fenced when the partition healed; {outcome}");
    }
}
