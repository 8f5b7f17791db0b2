using System.Net;
using Sigsum.Crypto;
using Sigsum.Merkle;
using Sigsum.Messages;
using Sigsum.Policy;
using Sigsum.Proofs;
using Sigsum.Testing;

namespace Sigsum.Client.Tests.Peers;

/// <summary>The clients against nodes of log-go.</summary>
public sealed class LogGoTests : PeerTest
{
    private static readonly SubmitOptions s_options = new() { PollInterval = TimeSpan.FromMilliseconds(200) };

    [Fact]
    public async Task Leaves_are_submitted_proved_and_read_back()
    {
        await using LogGo node = await StartAsync();
        var log = new LogClient(Http, node.Url);
        TrustPolicy policy = Policy($"log {Samples.LogKey.PublicKey}\nquorum none\n");
        for (int i = 0; i < 3; i++)
        {
            SigsumProof proof = await Submitter.SubmitAsync(
                log, Samples.LogKey.PublicKey, Samples.Request(i), policy, s_options, Cancel);
            Assert.Equal((ulong)i, proof.InclusionProof.LeafIndex);
            SigsumProof again = SigsumProof.Parse(System.Text.Encoding.ASCII.GetBytes(Samples.Text(proof.Write)));
            again.Verify(Samples.Message(i), [Samples.SubmitterKey.PublicKey], policy);
        }

        TreeHead head = (await log.GetTreeHeadAsync(Cancel)).SignedTreeHead.TreeHead;
        Assert.Equal(new SampleTree().Head(3), head);
        Assert.Equal([Samples.Leaf(1), Samples.Leaf(2)], await log.GetLeavesAsync(new LeavesRange(1, 3), Cancel));
        ConsistencyProof consistency = await log.GetConsistencyProofAsync(new ConsistencyProofRequest(1, 3), Cancel);
        Assert.True(ProofVerifier.VerifyConsistency(new SampleTree().Head(1), head, consistency.Path.AsSpan()));
    }

    [Fact]
    public async Task Its_refusals_are_reported()
    {
        await using LogGo node = await StartAsync();
        var log = new LogClient(Http, node.Url);
        LogClientException beyond = await FailureAsync(() => log.GetLeavesAsync(new LeavesRange(5, 6), Cancel));
        Assert.Equal(HttpStatusCode.BadRequest, beyond.StatusCode);
        AddLeafRequest forged = Samples.Request(0) with { Message = Samples.Message(1) };
        LogClientException refused = await FailureAsync(() => log.AddLeafAsync(forged, null, Cancel));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("invalid signature", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proof_carries_the_cosignature_that_the_policy_asks_for()
    {
        using var witnessKey = Ed25519Signer.Generate();
        await using SigsumWitness witness = await SigsumWitness.StartAsync(Programs, Folder,
            PrivateKeyFile("witness", witnessKey), PublicKeyFile("log.pub", Samples.LogKey), Cancel);
        string policy = $"log {Samples.LogKey.PublicKey}\nwitness w {witnessKey.PublicKey} {witness.Url}\nquorum w\n";
        await using LogGo node = await StartAsync($"--policy-file={Folder.Write("policy", policy)}");
        SigsumProof proof = await Submitter.SubmitAsync(new LogClient(Http, node.Url), Samples.LogKey.PublicKey,
            Samples.Request(0), Policy(policy), s_options, Cancel);
        Assert.Equal(witnessKey.PublicKey.KeyHash(), Assert.Single(proof.TreeHead.Cosignatures).KeyHash);
    }

    [Fact]
    public async Task Its_nodes_answer_at_once_though_asked_to_wait()
    {
        await using LogGo node = await StartAsync();
        using var secondaryKey = Ed25519Signer.Generate();
        await using LogGo secondary = await LogGo.StartSecondaryAsync(
            Programs, PrivateKeyFile("secondary", secondaryKey), node.InternalUrl, Cancel);
        var feed = new FeedClient(Http, node.InternalUrl);
        FeedBatch none = await feed.GetLeavesAsync(0, 10, TimeSpan.FromMinutes(5), Cancel);
        Assert.True(none.IsEnd);
        Assert.False(none.WaitSupported);

        await new LogClient(Http, node.Url).AddLeafAsync(Samples.Request(0), null, Cancel);
        FeedBatch batch = await Eventually.GetAsync("the leaf", Limit, async cancel =>
            await feed.GetLeavesAsync(0, 10, TimeSpan.FromMinutes(5), cancel) is { IsEnd: false } found
                ? found
                : null, Cancel);
        Assert.Equal([Samples.Leaf(0)], batch.Leaves);
        Assert.Null(batch.PrimaryTree);

        var client = new SecondaryClient(Http, secondary.InternalUrl);
        SecondaryAnswer answer = await Eventually.GetAsync("the leaf at the secondary", Limit, async cancel =>
            await client.GetTreeHeadAsync(0, TimeSpan.FromMinutes(5), cancel) is { Head.TreeHead.Size: 1 } found
                ? found
                : null, Cancel);
        Assert.False(answer.WaitSupported);
        Assert.Equal(new SampleTree().Head(1), answer.Head!.Value.TreeHead);
        Assert.True(answer.Head.Value.Verify(secondaryKey.PublicKey));
    }

    private Task<LogGo> StartAsync(params string[] options) =>
        LogGo.StartPrimaryAsync(Programs, Folder, PrivateKeyFile("log", Samples.LogKey), options, Cancel);
}
