using System.Diagnostics;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Network;
using Sigsum.Log.Hazards.Tests.Reports;
using Sigsum.Log.Hazards.Tests.Rounds;
using Sigsum.Log.Hazards.Tests.Witnesses;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>
/// Hazard network-rounds: the links between nodes, and the one to the clients, are cut, slow, half-open in one direction or
/// both, or bring each question twice, for a random time, under load, round after round. After each round a new leaf must
/// get 200.
/// </summary>
public sealed class NetworkRoundsTests : HazardTest
{
    private const int UsualRounds = 40;
    private static readonly TimeSpan LongestLoad = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan LongestFault = TimeSpan.FromMilliseconds(800);

    [Fact]
    public async Task Network_rounds()
    {
        FaultRounds rounds = FaultRounds.FromEnvironment(UsualRounds);
        HazardSetup setup = new()
        {
            Secondaries = [ServerKind.Ours, ServerKind.Ours],
            Witnesses = [WitnessKind.Lite],
            PrimaryOptions = [ShortCommitWait],
            NodeDuplicates = true,
        };
        await using HazardLog log = await HazardLog.StartAsync(setup, Cancellation);
        log.Network.Duplicate(false);
        TimeSpan longest = default;
        for (int round = 0; round < rounds.Count; round++)
        {
            await rounds.MomentAsync(LongestLoad, Cancellation);
            // One trouble in two rounds of three, else two at a time.
            Strike(log, rounds);
            if (rounds.OnceIn(3))
                Strike(log, rounds);
            await rounds.MomentAsync(LongestFault, Cancellation);
            log.Network.Duplicate(false);
            foreach (Link link in AllLinks(log))
            {
                link.Delay = null;
                link.Mend();
            }

            TimeSpan outage = await log.Clients.Fast.FirstCommitAfterAsync(Stopwatch.GetTimestamp(), Cancellation);
            longest = outage > longest ? outage : longest;
        }

        string outcome = await EndAsync(log);
        await VerifyStoresAsync(log);
        HazardReport.Write("network-rounds", ServerKind.Ours, $"{rounds}; {outcome}", longest);
    }

    /// <summary>Connections that a router has forgotten: both sides wait on them, and new ones are good. The nodes must give
    /// them up by themselves.</summary>
    [Fact]
    public async Task Half_open_connections_are_given_up()
    {
        HazardSetup setup = new() { PrimaryOptions = [ShortCommitWait] };
        await using HazardLog log = await HazardLog.StartAsync(setup, Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(20, Cancellation);
        long stranded = Stopwatch.GetTimestamp();
        foreach (Link link in log.Network.Links)
            link.Strand();
        await HearAcceptedAsync(log, 10); // it promises nothing meanwhile
        TimeSpan outage = await log.Clients.Fast.FirstCommitAfterAsync(stranded, Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(20, Cancellation);
        string outcome = await EndAsync(log);
        HazardReport.Write("network-rounds", ServerKind.Ours,
            $"the nodes give the connections up by themselves and make new ones: {outcome}", outage, "half-open");
    }

    private static void Strike(HazardLog log, FaultRounds rounds)
    {
        Link link = rounds.Choose([.. AllLinks(log)]);
        var (name, fault) = rounds.Choose<(string, Action)>(
            ("cut", link.Cut),
            ("reset", link.Reset),
            ("half-open", link.Swallow),
            ("answers lost", link.SwallowAnswers),
            ("slow", () => link.Delay = () => TimeSpan.FromMilliseconds(Random.Shared.Next(200))),
            ("duplicated", () => log.Network.Duplicate(true)));
        fault();
        rounds.Note(name);
    }

    private static IEnumerable<Link> AllLinks(HazardLog log) => log.Network.Links.Append(log.Public);
}
