using System.Text.Json;
using Sigsum.Client;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Reports;
using Sigsum.Log.Hazards.Tests.Witnesses;
using Sigsum.Messages;
using Sigsum.Testing;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>Hazard migrate-from-log-go: our secondary follows a real primary of log-go, and is promoted.</summary>
public sealed class MigrateFromLogGoTests : FailoverHazardTest
{
    [Fact]
    public async Task Migrate_from_log_go_begins_with_a_secondary_that_holds_the_same_tree()
    {
        HazardSetup setup = new() { Primary = ServerKind.LogGo, Witnesses = [WitnessKind.Sigsum] };
        await using HazardLog log = await HazardLog.StartAsync(setup, Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(20, Cancellation);
        await log.Secondary.KillAsync();
        await log.Secondary.StartAsync(Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(10, Cancellation);
        string outcome = await EndAsync(log);

        // Nobody submits any more: the secondary's tree becomes the one that the primary has signed last.
        SecondaryClient secondary = new(log.Http, log.Secondary.InternalUrl);
        await Eventually.UntilAsync(
            "the secondary to hold what is signed", Patience,
            async token => (await secondary.GetTreeHeadAsync(cancellationToken: token)).Head?.TreeHead
                == SignedBy(log.Primary),
            Cancellation);
        TreeHead signed = SignedBy(log.Primary);
        await log.Secondary.StopAsync(Cancellation);
        ProgramResult verified = await log.Secondary.RunAsync("verify", ["data-dir", "log-key-file"], Cancellation, "--json");
        using JsonDocument report = JsonDocument.Parse(verified.Succeeded().Output);
        Assert.Equal(signed.Size, report.RootElement.GetProperty("size").GetUInt64());
        Assert.Equal(signed.RootHash.ToString(), report.RootElement.GetProperty("root_hash").GetString());
        HazardReport.Write("migrate-from-log-go", ServerKind.Ours,
            $"our secondary, killed and started again meanwhile, holds the tree that log-go has signed last; {outcome}",
            detail: "follows");
    }

    [Fact]
    public async Task Migrate_from_log_go_ends_with_our_secondary_as_primary_under_the_same_key()
    {
        HazardSetup setup = new() { Primary = ServerKind.LogGo, Witnesses = [WitnessKind.Sigsum] };
        await using HazardLog log = await HazardLog.StartAsync(setup, Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(30, Cancellation);
        await log.WaitForSizeAsync(1, Cancellation);
        HazardNode promoted = log.Secondary;

        // Planned: log-go is stopped, and its sth file carried over.
        long failed = System.Diagnostics.Stopwatch.GetTimestamp();
        await log.Primary.StopAsync(Cancellation);
        await promoted.StopAsync(Cancellation);
        File.Copy(log.Primary.Folder.Sth, promoted.Folder.Sth);
        ProgramResult refused = await TryPromoteAsync(log, promoted);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("no roster lists this node", refused.Error, StringComparison.Ordinal);
        await PromoteAsync(log, promoted, "--without-roster");
        await TakeOverAsync(log, promoted);
        TimeSpan outage = await log.Clients.Fast.FirstCommitAfterAsync(failed, Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(20, Cancellation);
        string outcome = await EndAsync(log);
        HazardReport.Write("migrate-from-log-go", ServerKind.Ours,
            $"promoted with log-go's sth file: same key, same leaves, same heads; {outcome}", outage, detail: "promoted");
    }
}
