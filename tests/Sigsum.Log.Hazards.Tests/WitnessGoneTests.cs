using System.Diagnostics;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Reports;
using Sigsum.Log.Hazards.Tests.Witnesses;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>Hazard witness-gone: one witness is unreachable, then all are, then they are back.</summary>
public sealed class WitnessGoneTests : HazardTest
{
    [Theory]
    [InlineData(ServerKind.Ours)]
    [InlineData(ServerKind.LogGo)]
    public async Task Witness_gone(ServerKind kind)
    {
        HazardSetup setup = new()
        {
            Primary = kind,
            Secondaries = [kind],
            Witnesses = [WitnessKind.Sigsum, WitnessKind.Lite],
            Quorum = 1,
        };
        await using HazardLog log = await HazardLog.StartAsync(setup, Cancellation);
        await UntilAsync("two cosignatures", () => Cosignatures(log) == 2);

        await log.Witnesses[0].GoAwayAsync();
        await UntilAsync("one cosignature", () => Cosignatures(log) == 1);
        await log.Clients.Fast.WaitForMoreAsync(20, Cancellation);
        int proofs = log.Clients.Submit.Proofs.Count;
        await UntilAsync("another proof", () => log.Clients.Submit.Proofs.Count > proofs);

        await log.Witnesses[1].GoAwayAsync();
        await UntilAsync("no cosignature", () => Cosignatures(log) == 0);
        long alone = Stopwatch.GetTimestamp();
        TimeSpan commit = await log.Clients.Fast.FirstCommitAfterAsync(alone, Cancellation);

        foreach (HazardWitness witness in log.Witnesses)
            await witness.ComeBackAsync(Cancellation);
        await UntilAsync("two cosignatures again", () => Cosignatures(log) == 2);
        string outcome = await EndAsync(log, kind);
        HazardReport.Write("witness-gone", kind,
            $"leaves get 200 and heads are published with the cosignatures that there are, none in the end; when the "
            + $"witnesses are back, theirs again; {outcome}", commit);
    }

    [Fact]
    public async Task Witness_gone_without_a_word()
    {
        HazardSetup setup = new()
        {
            Witnesses = [WitnessKind.Sigsum, WitnessKind.Lite],
            PrimaryOptions = [("timeout", "2s")],
        };
        await using HazardLog log = await HazardLog.StartAsync(setup, Cancellation);
        await UntilAsync("two cosignatures", () => Cosignatures(log) == 2);
        log.Witnesses[0].FallSilent();
        await UntilAsync("one cosignature", () => Cosignatures(log) == 1);

        // Even a primary that starts while it is silent goes on, once it has waited for it.
        long failed = Stopwatch.GetTimestamp();
        await log.Primary.KillAsync();
        await log.Primary.StartAsync(Cancellation);
        TimeSpan outage = await log.Clients.Fast.FirstCommitAfterAsync(failed, Cancellation);

        log.Witnesses[0].SpeakAgain();
        await UntilAsync("two cosignatures again", () => Cosignatures(log) == 2);
        string outcome = await EndAsync(log);
        HazardReport.Write("witness-gone", ServerKind.Ours,
            $"one of two takes requests and answers none, the quorum is missed: heads are published all the same, and after a "
            + $"restart with --timeout=2s leaves get 200 again; {outcome}", outage, "without a word");
    }

    private static int Cosignatures(HazardLog log) => log.Clients.Heads.Latest?.Cosignatures.Length ?? -1;
}
