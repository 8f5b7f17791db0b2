using System.Text.RegularExpressions;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Reports;
using Sigsum.Messages;
using Sigsum.Testing;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>Hazard diverged-secondary: one byte is changed in what the secondary has stored.</summary>
public sealed partial class DivergedSecondaryTests : HazardTest
{
    private const string Hazard = "diverged-secondary";

    [Fact]
    public async Task Diverged_secondary_whose_tree_has_another_leaf()
    {
        await using HazardLog log = await StartAsync();
        await log.Secondary.StopAsync(Cancellation);
        StoreTampering.Rewrite(log.Secondary.Folder.Data);
        log.Secondary.Arguments.Set("scrub-rate", "0"); // It would find by itself that a known head is none of its tree's.
        await log.Secondary.StartAsync(Cancellation);

        // Which of the two finds it depends on what comes first: a tree head of the secondary there, or the log's last one here.
        await UntilAsync("the reason in /readyz", async () => Roots().IsMatch(await ReadinessAsync(log, log.Primary)));
        TreeHead signed = SignedBy(log.Primary);
        await HearAcceptedAsync(log, 20);
        Assert.Equal(signed, SignedBy(log.Primary));
        // A primary that has started again to compare the two trees shows nothing before a secondary vouches for it, so the
        // last one that it has signed need not have been shown.
        Assert.InRange(log.Clients.Heads.Latest!.SignedTreeHead.TreeHead.Size, 1ul, signed.Size);

        long replaced = await MakeAnewAsync(log, log.Secondary);
        TimeSpan outage = await log.Clients.Fast.FirstCommitAfterAsync(replaced, Cancellation);
        string outcome = await EndAsync(log);
        HazardReport.Write(Hazard, ServerKind.Ours,
            $"signing stops at once, /readyz names size and roots; with the secondary made anew and the "
            + $"primary restarted it goes on (from there the time counts): {outcome}", outage, "another leaf");
    }

    [Fact]
    public async Task Diverged_secondary_whose_last_leaf_was_changed()
    {
        await using HazardLog log = await StartAsync();
        await log.Secondary.StopAsync(Cancellation);
        StoreTampering.ChangeLeaf(log.Secondary.Folder.Data, size => size - 1);
        Assert.Equal(1, await log.Secondary.StartToEndAsync(Cancellation));
        Assert.Contains("cannot start", log.Secondary.Process.Output.ToString(), StringComparison.Ordinal);

        TimeSpan outage = await log.Clients.Fast.FirstCommitAfterAsync(await MakeAnewAsync(log, log.Secondary), Cancellation);
        string outcome = await EndAsync(log);
        HazardReport.Write(Hazard, ServerKind.Ours,
            $"the secondary does not start, and says why; made anew it copies all (from there the time counts): {outcome}",
            outage, "last leaf");
    }

    [Fact]
    public async Task Diverged_secondary_whose_leaf_was_changed_below_whole_hashes()
    {
        await using HazardLog log = await StartAsync();
        await log.Secondary.StopAsync(Cancellation);
        ulong index = StoreTampering.ChangeLeaf(log.Secondary.Folder.Data, size => size / 2);
        await log.Secondary.StartAsync(Cancellation);

        // Its hashes are right, and so is what it signs for; what it would serve as a primary is not. The scrubber finds it.
        await log.Secondary.WaitForLineAsync("damaged", Cancellation);
        await HearAcceptedAsync(log, 10);
        await log.Secondary.StopAsync(Cancellation);
        ProgramResult verified = await log.Secondary.RunAsync("verify", ["data-dir", "log-key-file"], Cancellation);
        Assert.Equal(1, verified.ExitCode);
        Assert.Contains($"leaf {index}", verified.Output, StringComparison.Ordinal);

        TimeSpan outage = await log.Clients.Fast.FirstCommitAfterAsync(await MakeAnewAsync(log, log.Secondary), Cancellation);
        string outcome = await EndAsync(log);
        HazardReport.Write(Hazard, ServerKind.Ours,
            $"its scrubber finds it, and it acknowledges nothing more; `sigsum-log verify` names the leaf: {outcome}",
            outage, "leaf below whole hashes");
    }

    [Fact]
    public async Task Diverged_secondary_that_is_built_again_from_the_primary()
    {
        await using HazardLog log = await StartAsync();
        await log.Secondary.StopAsync(Cancellation);
        StoreTampering.ChangeLeaf(log.Secondary.Folder.Data, size => size / 2);
        await log.Secondary.StartAsync(Cancellation);
        await log.Secondary.WaitForLineAsync("damaged", Cancellation);
        await log.Secondary.StopAsync(Cancellation);

        ProgramResult rebuilt = await log.Secondary.RunAsync(
            "recover", ["data-dir", "log-key-file"], Cancellation, $"--from={log.Primary.InternalUrl}", "--yes");
        Assert.Contains("store-damaged-", rebuilt.Succeeded().Output, StringComparison.Ordinal);
        long started = System.Diagnostics.Stopwatch.GetTimestamp();
        await log.Secondary.StartAsync(Cancellation);
        TimeSpan outage = await log.Clients.Fast.FirstCommitAfterAsync(started, Cancellation);
        string outcome = await EndAsync(log);
        await VerifyStoresAsync(log);
        HazardReport.Write(Hazard, ServerKind.Ours,
            $"`sigsum-log recover` builds its store again from the primary's leaves; it is the same node, and the primary needs no word "
            + $"of it (the time counts from its start): {outcome}", outage, "built again");
    }

    [GeneratedRegex("have different roots for size [0-9]+: [0-9a-f]{64} there, [0-9a-f]{64} here"
        + "|the log has signed root [0-9a-f]{64} for size [0-9]+, here it is [0-9a-f]{64}")]
    private static partial Regex Roots();

    private static async Task<HazardLog> StartAsync()
    {
        HazardLog log = await HazardLog.StartAsync(new() { PrimaryOptions = [ShortCommitWait] }, Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(40, Cancellation);
        return log;
    }
}
