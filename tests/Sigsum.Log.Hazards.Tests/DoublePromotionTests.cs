using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Reports;
using Sigsum.Testing;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>Hazard double-promotion: two of three nodes are promoted.</summary>
public sealed class DoublePromotionTests : FailoverHazardTest
{
    [Fact]
    public async Task Double_promotion()
    {
        await using HazardLog log = await StartLoadedAsync(secondaries: 2);
        HazardNode first = log.Nodes[1], second = log.Nodes[2];
        await log.Primary.KillAsync();
        await first.StopAsync(Cancellation);
        await second.StopAsync(Cancellation);
        var (firstId, secondId) = (await IdOfAsync(first), await IdOfAsync(second));

        // Without the operator's word that the other one is lost, neither is promoted.
        Assert.Equal(1, (await TryPromoteAsync(log, first)).ExitCode);
        Assert.Equal(1, (await TryPromoteAsync(log, second)).ExitCode);

        // With it, both are, each the other's secondary as its operator believes.
        await PromoteAsync(log, first, $"--lost-node={secondId}");
        await PromoteAsync(log, second, $"--lost-node={firstId}");
        await AddSecondaryAsync(log, first, second, NewKey(log, "second"));
        await AddSecondaryAsync(log, second, first, NewKey(log, "first"));
        await first.TryStartAsync(Cancellation);
        await second.TryStartAsync(Cancellation);
        await UntilAsync("both to hear of each other", () => new[] { first, second }.All(node => node.Lines.Any(
            line => line.Contains("two nodes were promoted in epoch 1", StringComparison.Ordinal))));
        Assert.False(File.Exists(first.Folder.Sth));
        Assert.False(File.Exists(second.Folder.Sth));

        // The operator decides for one: the next epoch begins, and the log goes on.
        await second.StopAsync(Cancellation);
        await first.StopAsync(Cancellation);
        foreach (HazardNode node in new[] { first, second })
        {
            node.Arguments.Remove("secondary-url");
            node.Arguments.Remove("secondary-pubkey-file");
        }

        ProgramResult decided = await TryPromoteAsync(log, first);
        decided.Succeeded();
        await AddFreshSecondaryAsync(log, first, "fresh");
        await first.StartAsync(Cancellation);
        log.PointTo(first);
        await log.Clients.Fast.WaitForMoreAsync(10, Cancellation);
        string outcome = await EndAsync(log);
        HazardReport.Write("double-promotion", ServerKind.Ours,
            $"refused without the operator's word; with it on both sides, neither signs; {outcome}");
    }
}
