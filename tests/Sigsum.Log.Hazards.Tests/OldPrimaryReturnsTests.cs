using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Reports;
using Sigsum.Messages;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>Hazard old-primary-returns: the old primary is started again after a promotion.</summary>
public sealed class OldPrimaryReturnsTests : FailoverHazardTest
{
    [Theory]
    [InlineData("same configuration")]
    [InlineData("no secondary")]
    [InlineData("fresh secondary")]
    public async Task Old_primary_returns(string how)
    {
        await using HazardLog log = await StartLoadedAsync();
        HazardNode old = log.Primary, promoted = log.Secondary;
        await old.KillAsync();
        await PromoteAsync(log, promoted);
        await TakeOverAsync(log, promoted);
        await log.Clients.Fast.WaitForMoreAsync(10, Cancellation);
        TreeHead signed = SignedBy(old);

        if (how != "same configuration")
        {
            old.Arguments.Remove("secondary-url");
            old.Arguments.Remove("secondary-pubkey-file");
        }

        if (how == "no secondary")
            old.Arguments.Add("no-secondary");
        else if (how == "fresh secondary")
            await AddFreshSecondaryAsync(log, old, "other");

        // It may be let in for a moment; it is fenced at the first contact, and does not start the next time.
        bool started = await old.TryStartAsync(Cancellation);
        await UntilAsync("the old primary to hear of the promotion", () => old.Lines.Any(
            line => line.Contains("in epoch 1", StringComparison.Ordinal) || line.Contains("record of epoch 1", StringComparison.Ordinal)));
        await log.Clients.Fast.WaitForMoreAsync(20, Cancellation);
        Assert.Equal(signed, SignedBy(old));
        if (old.IsRunning)
            await old.KillAsync(); // it may be about to end by itself, in order to be started again
        Assert.Equal(1, await old.StartToEndAsync(Cancellation));
        Assert.Contains(old.Process.Output.Lines, line => line.Contains("promotion record of epoch 1", StringComparison.Ordinal));
        Assert.Equal(signed, SignedBy(old));
        string outcome = await EndAsync(log);
        HazardReport.Write("old-primary-returns", ServerKind.Ours,
            (started ? "starts, signs nothing, is fenced" : "does not start") + "; the promotion record is the reason; " + outcome,
            detail: how);
    }
}
