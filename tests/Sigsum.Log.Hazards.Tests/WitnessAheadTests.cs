using Sigsum.Crypto;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Reports;
using Sigsum.Log.Hazards.Tests.Witnesses;
using Sigsum.Messages;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>Hazard witness-ahead: a witness has cosigned more than the log has signed.</summary>
public sealed class WitnessAheadTests : HazardTest
{
    private const ulong Ahead = 100_000;

    [Fact]
    public async Task Witness_ahead()
    {
        HazardSetup setup = new()
        {
            Witnesses = [WitnessKind.Trial, WitnessKind.Sigsum],
            Quorum = 1,
            PrimaryOptions = [ShortCommitWait],
        };
        await using HazardLog log = await HazardLog.StartAsync(setup, Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(30, Cancellation);
        TrialHazardWitness witness = log.Witnesses.OfType<TrialHazardWitness>().Single();
        TreeHead honest = await GetAheadAsync(log, witness);

        // A signature that was under way when the witness spoke may still be finished before this line.
        await log.Primary.WaitForLineAsync("no new tree head is signed any more", Cancellation);
        TreeHead signed = SignedBy(log.Primary);
        await log.WaitForSizeAsync(signed.Size, Cancellation);
        int answers = log.Clients.Heads.Answers;
        await HearAcceptedAsync(log, 20);
        Assert.Equal(signed, SignedBy(log.Primary));
        Assert.Equal(signed, log.Clients.Heads.Latest!.SignedTreeHead.TreeHead);
        Assert.True(log.Clients.Heads.Answers > answers); // what is published can be read
        Assert.Contains($"witness trial has cosigned size {Ahead}", await ReadinessAsync(log, log.Primary), StringComparison.Ordinal);

        // The witness was wrong; it is put right, and the log started again.
        await witness.SetLatestAsync(honest, Cancellation);
        await log.Primary.StopAsync(Cancellation);
        await log.Primary.StartAsync(Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(10, Cancellation);
        string outcome = await EndAsync(log);
        HazardReport.Write("witness-ahead", ServerKind.Ours,
            $"signing stops at size {signed.Size}, which stays readable; /readyz names the witness and the sizes; {outcome}");
    }

    [Fact]
    public async Task Witness_ahead_of_log_go()
    {
        HazardSetup setup = new()
        {
            Primary = ServerKind.LogGo,
            Secondaries = [ServerKind.LogGo],
            Witnesses = [WitnessKind.Trial, WitnessKind.Sigsum],
            Quorum = 1,
        };
        await using HazardLog log = await HazardLog.StartAsync(setup, Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(10, Cancellation);
        await GetAheadAsync(log, log.Witnesses.OfType<TrialHazardWitness>().Single());
        int requests = log.Witnesses.OfType<TrialHazardWitness>().Single().Witness.Requests;
        await UntilAsync("the witness to be asked", () =>
            log.Witnesses.OfType<TrialHazardWitness>().Single().Witness.Requests >= requests + 1);
        int commits = log.Clients.Fast.Commits.Count;
        await log.Clients.Fast.WaitForMoreAsync(10, Cancellation);
        string outcome = await EndAsync(log, ServerKind.LogGo);
        HazardReport.Write("witness-ahead", ServerKind.LogGo,
            $"asks it no more, signs on: {log.Clients.Fast.Commits.Count - commits} leaves got 200 after the witness said 409; {outcome}");
    }

    /// <summary>Returns what it has really cosigned.</summary>
    private static async Task<TreeHead> GetAheadAsync(HazardLog log, TrialHazardWitness witness)
    {
        TreeHead honest = await witness.Witness.GetLatestAsync(log.Key.PublicKey, Cancellation);
        await witness.SetLatestAsync(new TreeHead(Ahead, Hash.Sha256("another tree"u8)), Cancellation);
        return honest;
    }
}
