using Sigsum.Checkpoints;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Reports;
using Sigsum.Log.Hazards.Tests.Witnesses;
using Sigsum.Messages;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>Hazard witness-lies: a witness answers with a cosignature that does not verify.</summary>
public sealed class WitnessLiesTests : HazardTest
{
    [Theory]
    [InlineData(ServerKind.Ours)]
    [InlineData(ServerKind.LogGo)]
    public async Task Witness_lies(ServerKind kind)
    {
        HazardSetup setup = new()
        {
            Primary = kind,
            Secondaries = [kind],
            Witnesses = [WitnessKind.Trial, WitnessKind.Sigsum],
            Quorum = 1,
        };
        await using HazardLog log = await HazardLog.StartAsync(setup, Cancellation);
        TrialHazardWitness liar = log.Witnesses.OfType<TrialHazardWitness>().Single();
        await UntilAsync("two cosignatures", () => Cosigners(log).Count == 2);

        liar.Witness.Behaviour = new() { Lie = true };
        await UntilAsync("the liar's cosignature to be missing", () => Cosigners(log).Count == 1);
        Assert.Equal([log.Witnesses[1].Name], Cosigners(log));
        await log.Clients.Fast.WaitForMoreAsync(20, Cancellation);
        Assert.Equal([log.Witnesses[1].Name], Cosigners(log));

        liar.Witness.Behaviour = new();
        await UntilAsync("two cosignatures again", () => Cosigners(log).Count == 2);
        string outcome = await EndAsync(log, kind);
        HazardReport.Write("witness-lies", kind,
            $"its cosignature is left out, the other one counts, leaves get 200; honest again, it is back; {outcome}");
    }

    /// <summary>The witnesses whose valid cosignatures the latest head has; one that does not verify fails the test.</summary>
    private static List<string> Cosigners(HazardLog log)
    {
        if (log.Clients.Heads.Latest is not { } head)
            return [];
        string origin = SigsumOrigin.ForLog(log.Key.PublicKey);
        List<string> names = [];
        foreach (Cosignature cosignature in head.Cosignatures)
        {
            HazardWitness witness = log.Witnesses.Single(known => known.PublicKey.KeyHash() == cosignature.KeyHash);
            Assert.True(cosignature.Verify(witness.PublicKey, origin, head.SignedTreeHead.TreeHead));
            names.Add(witness.Name);
        }

        return names;
    }
}
