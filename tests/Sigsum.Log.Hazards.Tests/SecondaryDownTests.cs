using System.Diagnostics;
using System.Security.Cryptography;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Reports;
using Sigsum.Log.Hazards.Tests.Witnesses;
using Sigsum.Messages;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>Hazard secondary-down: the secondary is stopped for long.</summary>
public sealed class SecondaryDownTests : HazardTest
{
    private const int Backlog = 500;

    [Theory]
    [InlineData(ServerKind.Ours)]
    [InlineData(ServerKind.LogGo)]
    public async Task Secondary_down(ServerKind kind)
    {
        HazardSetup setup = new()
        {
            Primary = kind,
            Secondaries = [kind],
            Witnesses = [WitnessKind.Sigsum],
            PrimaryOptions = [ShortCommitWait],
        };
        await using HazardLog log = await HazardLog.StartAsync(setup, Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(20, Cancellation);

        await log.Secondary.StopAsync(Cancellation);
        await HearAcceptedAsync(log, 20);
        ulong size = SignedBy(log.Primary).Size;
        await log.WaitForSizeAsync(size, Cancellation);
        CosignedTreeHead before = log.Clients.Heads.Latest!;
        await PostAsync(log, Backlog);
        await UntilAsync("the cosignature to be refreshed twice", () => Age(log) >= Age(before) + 2);
        if (kind == ServerKind.Ours)
            Assert.Equal(size, log.Clients.Heads.Latest!.SignedTreeHead.TreeHead.Size);

        long back = Stopwatch.GetTimestamp();
        await log.Secondary.StartAsync(Cancellation);
        TimeSpan outage = await log.Clients.Fast.FirstCommitAfterAsync(back, Cancellation);
        await log.WaitForSizeAsync(size + Backlog, Cancellation);
        TimeSpan caughtUp = Stopwatch.GetElapsedTime(back);
        string outcome = await EndAsync(log, kind);
        HazardReport.Write("secondary-down", kind,
            $"meanwhile 202, and fresh cosignatures on the same head; {Backlog} leaves of backlog published "
            + $"{caughtUp.TotalSeconds:0.0} s after its start (from which the time counts); {outcome}", outage);
    }

    private static ulong Age(HazardLog log) => Age(log.Clients.Heads.Latest!);

    private static ulong Age(CosignedTreeHead head) =>
        head.Cosignatures.Select(cosignature => cosignature.Timestamp).DefaultIfEmpty().Max();

    /// <summary>Posts leaves once each, and does not mind the answer.</summary>
    private static async Task PostAsync(HazardLog log, int count)
    {
        using Ed25519Signer signer = Ed25519Signer.Generate();
        LogClient client = new(log.Http, log.PublicUrl);
        ParallelOptions options = new() { MaxDegreeOfParallelism = 50, CancellationToken = Cancellation };
        await Parallel.ForAsync(0, count, options, async (_, token) =>
        {
            Hash message = new(RandomNumberGenerator.GetBytes(Hash.Size));
            await client.AddLeafAsync(await AddLeafRequest.SignAsync(message, signer, token), null, token);
        });
    }
}
