using System.Diagnostics;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.History;
using Sigsum.Log.Hazards.Tests.Reports;
using Sigsum.Log.Hazards.Tests.Witnesses;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>Hazard primary-killed-under-load: kill -9 at any moment, restart.</summary>
public sealed class PrimaryKilledUnderLoadTests : HazardTest
{
    private const string Hazard = "primary-killed-under-load";
    private const int Rounds = 3;

    [Fact]
    public async Task Primary_killed_under_load()
    {
        HazardSetup setup = new() { Witnesses = [WitnessKind.Sigsum, WitnessKind.Lite] };
        await using HazardLog log = await HazardLog.StartAsync(setup, Cancellation);
        TimeSpan longest = default;
        for (int round = 0; round < Rounds; round++)
        {
            await log.Clients.Fast.WaitForMoreAsync(50, Cancellation);
            long failed = Stopwatch.GetTimestamp();
            await log.Primary.KillAsync();
            await log.Primary.StartAsync(Cancellation);
            TimeSpan outage = await log.Clients.Fast.FirstCommitAfterAsync(failed, Cancellation);
            longest = outage > longest ? outage : longest;
        }

        string outcome = await EndAsync(log);
        await VerifyStoresAsync(log);
        HazardReport.Write(Hazard, ServerKind.Ours, $"killed {Rounds} times, nothing lost: {outcome}", longest);
    }

    [Fact]
    public async Task Primary_killed_under_load_loses_a_log_of_log_go_in_memory()
    {
        HazardSetup setup = new() { Primary = ServerKind.LogGo, Secondaries = [ServerKind.LogGo] };
        await using HazardLog log = await HazardLog.StartAsync(setup, Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(10, Cancellation);
        await log.Primary.KillAsync();
        await log.Primary.StartAsync(Cancellation);
        int commits = log.Clients.Fast.Commits.Count;
        await HearAcceptedAsync(log, 100);

        HazardOutcome outcome = await log.EndAsync(Cancellation, TimeSpan.FromSeconds(5));
        Assert.NotEmpty(outcome.Violations);
        HazardReport.Write(Hazard, ServerKind.LogGo,
            $"in memory: {outcome.Commits - commits} leaves got 200 after the restart; {outcome}; wrong: "
            + $"{outcome.Violations[0]}, {outcome.Violations.Length} in all");
    }
}
