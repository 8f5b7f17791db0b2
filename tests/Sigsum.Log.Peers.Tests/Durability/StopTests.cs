using System.Net;
using System.Security.Cryptography;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Keys;
using Sigsum.Log.Peers.Tests.Instance;
using Sigsum.Messages;
using Sigsum.Testing;

namespace Sigsum.Log.Peers.Tests.Durability;

/// <summary>A primary that is stopped or killed while submitters are at it, and started again.</summary>
public sealed class StopTests
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(UnixSignal.Kill)]
    [InlineData(UnixSignal.Terminate)]
    public async Task Everything_that_got_200_is_there_after_the_primary_was_ended_under_load(UnixSignal signal)
    {
        PeerPrograms peers = await PeerPrograms.RequireAsync(Cancellation);
        LogSetup setup = new() { Primary = ServerKind.Ours, Secondary = ServerKind.Ours };
        await using LogInstance log = await LogInstance.StartAsync(peers, setup, Cancellation);
        using LogLoad load = new(log.Primary.Url, await ReadKeyAsync(log.Key));
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Task running = load.RunAsync(enough.Token);

        for (int round = 0; round < 3; round++)
        {
            await Task.WhenAny(running, load.WaitForMoreAsync(100, Cancellation)).Unwrap();
            log.Primary.Process.Signal(signal);
            int exitCode = await log.Primary.Process.WaitForExitAsync(StopLimit, Cancellation);
            Assert.Equal(signal == UnixSignal.Terminate ? 0 : 128 + (int)signal, exitCode);
            await log.Primary.StartAsync(Cancellation);
        }

        await Task.WhenAny(running, load.WaitForMoreAsync(100, Cancellation)).Unwrap();
        await enough.CancelAsync();
        await running;
        await load.CheckPromisesAsync(Cancellation);
    }

    [Fact]
    public async Task Everything_that_got_200_is_there_after_both_nodes_were_killed_at_once_under_load()
    {
        PeerPrograms peers = await PeerPrograms.RequireAsync(Cancellation);
        LogSetup setup = new() { Primary = ServerKind.Ours, Secondary = ServerKind.Ours };
        await using LogInstance log = await LogInstance.StartAsync(peers, setup, Cancellation);
        using LogLoad load = new(log.Primary.Url, await ReadKeyAsync(log.Key));
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Task running = load.RunAsync(enough.Token);

        for (int round = 0; round < 3; round++)
        {
            await Task.WhenAny(running, load.WaitForMoreAsync(100, Cancellation)).Unwrap();
            log.Secondary.Process.Signal(UnixSignal.Kill);
            log.Primary.Process.Signal(UnixSignal.Kill);
            await log.Secondary.Process.WaitForExitAsync(StopLimit, Cancellation);
            await log.Primary.Process.WaitForExitAsync(StopLimit, Cancellation);
            await log.Primary.StartAsync(Cancellation);
            await log.Secondary.StartAsync(Cancellation);
        }

        await Task.WhenAny(running, load.WaitForMoreAsync(100, Cancellation)).Unwrap();
        await enough.CancelAsync();
        await running;
        await load.CheckPromisesAsync(Cancellation);
    }

    [Fact]
    public async Task A_secondary_that_hangs_stops_the_commits_and_they_go_on_when_it_answers_again()
    {
        PeerPrograms peers = await PeerPrograms.RequireAsync(Cancellation);
        LogSetup setup = new() { Primary = ServerKind.Ours, Secondary = ServerKind.Ours };
        await using LogInstance log = await LogInstance.StartAsync(peers, setup, Cancellation);
        using HttpClient http = new();
        LogClient client = new(http, log.Primary.Url);
        AddLeafRequest[] requests = await MakeRequestsAsync(4);
        await CommitAsync(client, requests[0]);
        await CommitAsync(client, requests[1]);

        await Eventually.UntilAsync(
            "both leaves to be published, which the secondary has to know of",
            StopLimit,
            async token => (await client.GetTreeHeadAsync(token)).SignedTreeHead.TreeHead.Size == 2,
            Cancellation);

        // Both nodes hold a request of the other one now. The default of --commit-wait passes without a commit.
        log.Secondary.Process.Signal(UnixSignal.Stop);
        Assert.Equal(AddLeafStatus.Accepted, await client.AddLeafAsync(requests[2], null, Cancellation));
        Assert.Equal(2ul, (await client.GetTreeHeadAsync(Cancellation)).SignedTreeHead.TreeHead.Size);
        log.Secondary.Process.Signal(UnixSignal.Continue);
        long since = System.Diagnostics.Stopwatch.GetTimestamp();
        await CommitAsync(client, requests[2]);
        await CommitAsync(client, requests[3]);
        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(10)); // 20 ms on an idle machine
    }

    [Fact]
    public async Task Requests_that_wait_for_a_commit_are_answered_when_the_primary_is_told_to_stop()
    {
        const int count = 32;
        PeerPrograms peers = await PeerPrograms.RequireAsync(Cancellation);
        LogSetup setup = new()
        {
            Primary = ServerKind.Ours,
            Secondary = ServerKind.Ours,
            PrimaryArguments = ["--commit-wait=5s"],
        };
        await using LogInstance log = await LogInstance.StartAsync(peers, setup, Cancellation);
        using HttpClient http = new();
        LogClient client = new(http, log.Primary.Url);
        AddLeafRequest[] requests = await MakeRequestsAsync(count);

        // With its secondary stopped the log can commit nothing, so every request is kept waiting.
        log.Secondary.Process.Signal(UnixSignal.Stop);
        Task<AddLeafStatus>[] answers = [.. requests.Select(request => client.AddLeafAsync(request, null, Cancellation))];
        Uri lastLeaf = new(log.Primary.InternalUrl, $"get-leaves/{count - 1}/{count}");
        await Eventually.UntilAsync(
            "all leaves to be stored",
            TimeSpan.FromSeconds(15),
            async token => (await http.GetAsync(lastLeaf, token)).StatusCode == HttpStatusCode.OK,
            Cancellation);
        log.Primary.Process.Signal(UnixSignal.Terminate);

        Assert.Equal(0, await log.Primary.Process.WaitForExitAsync(StopLimit, Cancellation));
        await Task.WhenAll(answers); // throws where a connection was cut

        log.Secondary.Process.Signal(UnixSignal.Continue);
        await log.Primary.StartAsync(Cancellation);
        await Eventually.UntilAsync(
            "the leaves of the answered requests to be published",
            StopLimit,
            async token => (await client.GetTreeHeadAsync(token)).SignedTreeHead.TreeHead.Size == count,
            Cancellation);
        foreach (AddLeafRequest request in requests)
            await client.GetInclusionProofAsync(new(count, request.ToLeaf().LeafHash()), Cancellation);
    }

    private static async Task CommitAsync(LogClient client, AddLeafRequest request)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(StopLimit);
        while (await client.AddLeafAsync(request, null, limit.Token) != AddLeafStatus.Committed)
        {
        }
    }

    private static async Task<AddLeafRequest[]> MakeRequestsAsync(int count)
    {
        using Ed25519Signer signer = Ed25519Signer.Generate();
        AddLeafRequest[] requests = new AddLeafRequest[count];
        for (int i = 0; i < count; i++)
            requests[i] = await AddLeafRequest.SignAsync(new(RandomNumberGenerator.GetBytes(Hash.Size)), signer, Cancellation);
        return requests;
    }

    private static async Task<PublicKey> ReadKeyAsync(TestKey key) =>
        OpenSshKey.ParsePublic(await File.ReadAllTextAsync(key.PublicFile, Cancellation));
}
