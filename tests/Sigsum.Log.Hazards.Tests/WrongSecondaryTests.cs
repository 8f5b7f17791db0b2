using Sigsum.Client;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Network;
using Sigsum.Log.Hazards.Tests.Reports;
using Sigsum.Messages;
using Sigsum.Testing;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>Hazard wrong-secondary: a secondary with another key, or of another log, answers.</summary>
public sealed class WrongSecondaryTests : HazardTest
{
    [Theory]
    [InlineData(ServerKind.Ours)]
    [InlineData(ServerKind.LogGo)]
    public async Task Wrong_secondary_with_another_key(ServerKind kind)
    {
        HazardSetup setup = new() { Primary = kind, Secondaries = [kind], PrimaryOptions = [ShortCommitWait] };
        await using HazardLog log = await HazardLog.StartAsync(setup, Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(20, Cancellation);
        HazardKey right = log.Secondary.Key;
        await log.Secondary.StopAsync(Cancellation);
        log.Secondary.UseKey(HazardKey.Generate(log.Folder.FullName, "another"));
        await log.Secondary.StartAsync(Cancellation);

        await HearAcceptedAsync(log, 20);
        TreeHead signed = SignedBy(log.Primary);
        await HearAcceptedAsync(log, 20);
        Assert.Equal(signed, SignedBy(log.Primary));
        if (kind == ServerKind.Ours)
        {
            await Eventually.UntilAsync(
                "the primary to say that another key has signed", Patience,
                async _ => (await ReadinessAsync(log, log.Primary)).Contains(
                    "answers with a tree head that its configured key did not sign", StringComparison.Ordinal),
                Cancellation);
        }

        await log.Secondary.StopAsync(Cancellation);
        log.Secondary.UseKey(right);
        await log.Secondary.StartAsync(Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(10, Cancellation);
        string outcome = await EndAsync(log, kind);
        HazardReport.Write("wrong-secondary", kind,
            $"its word is not counted: nothing signed, 202; with the right key it goes on: {outcome}",
            detail: "another key");
    }

    [Fact]
    public async Task Wrong_secondary_of_another_log()
    {
        HazardSetup setup = new() { PrimaryOptions = [ShortCommitWait] };
        await using HazardLog log = await HazardLog.StartAsync(setup, Cancellation);
        await using HazardLog another = await HazardLog.StartAsync(new() { Secondaries = [], Submitters = 1 }, Cancellation);

        // A secondary with the right key follows another log's primary.
        HazardNode stray = log.AddNode("stray", ServerKind.Ours, "secondary", log.Secondary.Key);
        await log.JoinAsync(another.Primary, stray, Cancellation);
        await another.Clients.Fast.WaitForMoreAsync(5, Cancellation);
        await stray.StartAsync(Cancellation);
        SecondaryClient tree = new(log.Http, stray.InternalUrl);
        await Eventually.UntilAsync(
            "the stray to have leaves", Patience,
            async token => (await tree.GetTreeHeadAsync(cancellationToken: token)).Head?.TreeHead.Size > 0, Cancellation);
        await another.Primary.KillAsync();
        await log.Clients.Fast.WaitForMoreAsync(100, Cancellation);

        Link toSecondary = await log.Network.LinkAsync(log.Primary, log.Secondary, Cancellation);
        toSecondary.PointTo(stray.InternalUrl);
        await log.Primary.WaitForLineAsync("before they replace those before", Cancellation);
        TreeHead signed = SignedBy(log.Primary);
        await HearAcceptedAsync(log, 20);
        Assert.Equal(signed, SignedBy(log.Primary));
        Assert.Contains("is not counted yet", await ReadinessAsync(log, log.Primary), StringComparison.Ordinal);

        toSecondary.PointTo(log.Secondary.InternalUrl);
        await log.Clients.Fast.WaitForMoreAsync(10, Cancellation);
        string outcome = await EndAsync(log);
        HazardReport.Write("wrong-secondary", ServerKind.Ours,
            $"another node answers in the place of the one on the roster: its word is not counted, nothing is signed; when the "
            + $"right one answers again, it goes on: {outcome}", detail: "another log");
    }
}
