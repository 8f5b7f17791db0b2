using System.Diagnostics;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Reports;
using Sigsum.Log.Hazards.Tests.Rounds;
using Sigsum.Log.Hazards.Tests.Witnesses;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>
/// Hazard restore-rounds: the disk of primary or secondary is copied at a random moment while it runs, and put back later,
/// after kill -9, round after round; by then the copy is older than the log. After each round a new leaf must get 200. A
/// copy that was made in the middle of a change may be no good; then the node must say so, and not start.
/// </summary>
public sealed class RestoreRoundsTests : HazardTest
{
    private const int UsualRounds = 14;
    private const int CopiesKept = 3;
    private static readonly TimeSpan LongestLoad = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task Restore_rounds()
    {
        FaultRounds rounds = FaultRounds.FromEnvironment(UsualRounds);
        HazardSetup setup = new() { Witnesses = [WitnessKind.Lite], PrimaryOptions = [ShortCommitWait] };
        await using HazardLog log = await HazardLog.StartAsync(setup, Cancellation);
        Dictionary<HazardNode, List<string>> copies = log.Nodes.ToDictionary(node => node, _ => new List<string>());
        TimeSpan longest = default;
        for (int round = 0; round < rounds.Count; round++)
        {
            foreach (HazardNode node in log.Nodes)
            {
                await rounds.MomentAsync(LongestLoad, Cancellation);
                copies[node].Add(await node.CopyAsItRunsAsync(Cancellation));
                if (copies[node].Count > CopiesKept)
                {
                    Directory.Delete(copies[node][0], recursive: true);
                    copies[node].RemoveAt(0);
                }
            }

            HazardNode victim = rounds.Choose([.. log.Nodes]);
            await rounds.MomentAsync(LongestLoad, Cancellation);
            long failed = Stopwatch.GetTimestamp();
            await RestoreAsync(victim, rounds.Choose([.. copies[victim]]), rounds);
            TimeSpan outage = await log.Clients.Fast.FirstCommitAfterAsync(failed, Cancellation);
            longest = outage > longest ? outage : longest;
        }

        string outcome = await EndAsync(log);
        await VerifyStoresAsync(log);
        HazardReport.Write("restore-rounds", ServerKind.Ours, $"{rounds}; {outcome}", longest);
    }

    private static async Task RestoreAsync(HazardNode node, string copy, FaultRounds rounds)
    {
        await node.KillAsync();
        string latest = await node.BackUpAsync(Cancellation);
        await node.RestoreAsync(copy, Cancellation);
        rounds.Note(node.Name);
        if (!await node.TryStartAsync(Cancellation))
        {
            rounds.Note("copy refused");
            Assert.Contains("cannot start", node.Process.Output.ToString(), StringComparison.Ordinal);
            await node.RestoreAsync(latest, Cancellation);
            await node.StartAsync(Cancellation);
        }

        Directory.Delete(latest, recursive: true);
    }
}
