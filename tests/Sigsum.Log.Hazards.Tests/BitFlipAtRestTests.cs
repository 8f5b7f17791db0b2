using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Reports;
using Sigsum.Messages;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>Hazard bit-flip-at-rest: one byte of a leaf is changed in the primary's store, with all checksums right.</summary>
public sealed class BitFlipAtRestTests : FailoverHazardTest
{
    [Fact]
    public async Task Bit_flip_at_rest()
    {
        await using HazardLog log = await StartLoadedAsync();
        HazardNode damaged = log.Primary, promoted = log.Secondary;
        await damaged.StopAsync(Cancellation);
        TreeHead signed = SignedBy(damaged);
        ulong leaf = StoreTampering.ChangeLeaf(damaged.Folder.Data, size => size / 2);
        await damaged.TryStartAsync(Cancellation);
        await UntilAsync("the damage to be found", () => damaged.Lines.Any(
            line => line.Contains("damaged", StringComparison.Ordinal) || line.Contains("is not that of its leaves", StringComparison.Ordinal)));
        if (damaged.IsRunning)
            await damaged.KillAsync();
        ulong after = SignedBy(damaged).Size;

        // The operator does as the log line says: the secondary is whole, and is promoted.
        await PromoteAsync(log, promoted);
        await TakeOverAsync(log, promoted);
        await log.Clients.Fast.WaitForMoreAsync(20, Cancellation);
        string outcome = await EndAsync(log);
        HazardReport.Write("bit-flip-at-rest", ServerKind.Ours,
            $"leaf {leaf} changed at size {signed.Size}: found by the scrubber, size {after} was signed meanwhile, all of it of the "
            + $"true tree; the secondary was promoted; {outcome}");
    }
}
