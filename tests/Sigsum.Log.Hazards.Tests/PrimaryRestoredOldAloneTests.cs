using System.Net;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Reports;
using Sigsum.Log.Hazards.Tests.Witnesses;
using Sigsum.Messages;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>
/// Hazard primary-restored-old-alone: the disk of a primary without a secondary is put back to an older copy; only the
/// witnesses know better.
/// </summary>
public sealed class PrimaryRestoredOldAloneTests : HazardTest
{
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task Primary_restored_old_alone()
    {
        await using HazardLog log = await StartAsync(WitnessKind.Sigsum, WitnessKind.Lite);
        await RestoreOldAsync(log);
    }

    [Fact]
    public async Task Primary_restored_old_alone_shows_no_older_head_while_its_witness_thinks()
    {
        await using HazardLog log = await StartAsync(WitnessKind.Trial);
        log.Witnesses.OfType<TrialHazardWitness>().Single().Witness.Behaviour = new()
        {
            Delay = token => Task.Delay(Slow, TimeProvider.System, token),
        };
        await RestoreOldAsync(log, "slow witness");
    }

    private static async Task<HazardLog> StartAsync(params WitnessKind[] witnesses)
    {
        HazardSetup setup = new() { Secondaries = [], Witnesses = [.. witnesses], PrimaryOptions = [ShortCommitWait] };
        return await HazardLog.StartAsync(setup, Cancellation);
    }

    private static async Task RestoreOldAsync(HazardLog log, string detail = "")
    {
        await log.Clients.Fast.WaitForMoreAsync(30, Cancellation);
        await log.WaitForSizeAsync(1, Cancellation);
        string older = await log.Primary.BackUpAsync(Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(30, Cancellation);
        await log.WaitForSizeAsync(SignedBy(log.Primary).Size, Cancellation); // the witnesses have seen it
        await log.Primary.KillAsync();
        string newest = await log.Primary.BackUpAsync(Cancellation);
        await log.Primary.RestoreAsync(older, Cancellation);
        TreeHead signed = SignedBy(log.Primary);
        int commits = log.Clients.Fast.Commits.Count;

        await log.Primary.StartAsync(Cancellation);
        string line = await log.Primary.WaitForLineAsync("this node has signed", Cancellation);
        int unavailable = log.Clients.Notes.Unavailable;
        await UntilAsync("clients to hear 503", () => log.Clients.Notes.Unavailable >= unavailable + 50);
        using HttpResponseMessage head = await log.Http.GetAsync(new Uri(log.PublicUrl, "get-tree-head"), Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, head.StatusCode);
        Assert.Equal(signed, SignedBy(log.Primary));
        Assert.Equal(commits, log.Clients.Fast.Commits.Count);
        Assert.Matches("witness [a-z]+ has cosigned size [0-9]+, this node has signed [0-9]+ at most", line);

        // The operator brings back the full data directory, as the program says.
        await log.Primary.KillAsync();
        await log.Primary.RestoreAsync(newest, Cancellation);
        await log.Primary.StartAsync(Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(10, Cancellation);
        string outcome = await EndAsync(log);
        HazardReport.Write("primary-restored-old-alone", ServerKind.Ours,
            $"503, nothing signed, and the log says which witness saw which size; with the full data directory it goes on: "
            + outcome, detail: detail);
    }
}
