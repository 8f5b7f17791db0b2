using System.Diagnostics;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Reports;
using Sigsum.Log.Hazards.Tests.Rounds;
using Sigsum.Log.Hazards.Tests.Witnesses;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>
/// Hazard kill-rounds: kill -9 of primary, secondary, or both, at random moments under load, also while they start, round
/// after round. After each round a new leaf must get 200.
/// </summary>
public sealed class KillRoundsTests : HazardTest
{
    private const int UsualRounds = 60;
    private static readonly TimeSpan LongestLoad = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan LongestStart = TimeSpan.FromMilliseconds(600);

    [Fact]
    public async Task Kill_rounds()
    {
        FaultRounds rounds = FaultRounds.FromEnvironment(UsualRounds);
        HazardSetup setup = new() { Witnesses = [WitnessKind.Lite], PrimaryOptions = [ShortCommitWait] };
        await using HazardLog log = await HazardLog.StartAsync(setup, Cancellation);
        TimeSpan longest = default;
        for (int round = 0; round < rounds.Count; round++)
        {
            HazardNode[] victims = rounds.Choose<HazardNode[]>(
                [log.Primary], [log.Secondary], [log.Primary, log.Secondary], [log.Secondary, log.Primary]);
            await rounds.MomentAsync(LongestLoad, Cancellation);
            await KillAsync(victims);
            rounds.Note(victims.Length > 1 ? "both" : victims[0].Name);
            if (rounds.OnceIn(3))
            {
                await rounds.MomentAsync(LongestStart, Cancellation);
                await KillAsync(victims);
                rounds.Note("and again while starting");
            }

            long started = Stopwatch.GetTimestamp();
            foreach (HazardNode node in victims)
                await node.WaitUntilUpAsync(Cancellation);
            TimeSpan outage = await log.Clients.Fast.FirstCommitAfterAsync(started, Cancellation);
            longest = outage > longest ? outage : longest;
        }

        string outcome = await EndAsync(log);
        await VerifyStoresAsync(log);
        HazardReport.Write("kill-rounds", ServerKind.Ours, $"{rounds}; {outcome}", longest);
    }

    /// <summary>Kills processes as nearly at once as can be, and starts them again.</summary>
    private static async Task KillAsync(HazardNode[] victims)
    {
        await Task.WhenAll(victims.Select(node => node.KillAsync()));
        foreach (HazardNode node in victims)
            await node.LaunchAsync();
    }
}
