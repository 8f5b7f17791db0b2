using System.Net;
using System.Text;
using Sigsum.Merkle;
using Sigsum.Messages;
using Sigsum.Policy;
using Sigsum.Proofs;

namespace Sigsum.Client.Tests;

/// <summary>What a submission waits out, and what ends it, with a log that follows a script.</summary>
public sealed class SubmitterTests : ClientTest
{
    private static readonly string s_ok = RawServer.Answer("200 OK");
    private static readonly string s_accepted = RawServer.Answer("202 Accepted");
    private static readonly string s_notFound = RawServer.Answer("404 Not Found", "no such leaf");
    private static readonly SampleTree s_tree = new();
    private readonly InstantTime _time = new();

    [Fact]
    public async Task It_waits_out_what_may_pass_and_takes_the_pauses_that_the_log_asks_for()
    {
        await using var server = RawServer.Start(
            s_accepted,
            RawServer.Answer("503 Service Unavailable", "queue is full", "Retry-After: 30"),
            "",
            RawServer.Answer("500 Internal Server Error"),
            s_accepted,
            s_ok,
            Head(0),
            Head(1),
            Head(2), s_notFound,
            Head(2),
            RawServer.Answer("502 Bad Gateway"),
            Head(3), RawServer.Answer("502 Bad Gateway"),
            Head(3), Inclusion(2, 3));
        SigsumProof proof = await SubmitAsync(server, QuorumNone);
        Assert.Equal(2ul, proof.InclusionProof.LeafIndex);
        int[] expected = [100, 30_000, 400, 800, 1000, 100, 200, 400, 800, 1000, 1000];
        Assert.Equal(expected, _time.Pauses.Select(pause => (int)pause.TotalMilliseconds));
        Assert.Equal(
            ["add-leaf", "add-leaf", "add-leaf", "add-leaf", "add-leaf", "add-leaf", "get-tree-head",
                "get-tree-head", "get-tree-head", "get-inclusion-proof", "get-tree-head", "get-tree-head",
                "get-tree-head", "get-inclusion-proof", "get-tree-head", "get-inclusion-proof"],
            await EndpointsAsync(server, 16));
    }

    [Fact]
    public async Task The_only_leaf_of_a_tree_needs_no_inclusion_proof()
    {
        await using var server = RawServer.Start(s_ok, Head(1));
        SigsumProof proof = await SubmitAsync(server, QuorumNone, leaf: 0);
        Assert.Equal(new InclusionProof(0, []), proof.InclusionProof);
    }

    [Theory]
    [InlineData("400 Bad Request")]
    [InlineData("403 Forbidden")]
    [InlineData("404 Not Found")]
    [InlineData("429 Too Many Requests")]
    [InlineData("301 Moved Permanently")]
    public async Task A_refusal_is_final(string status)
    {
        await using var server = RawServer.Start(RawServer.Answer(status, "no"), s_ok);
        LogClientException e = await FailureAsync(() => SubmitAsync(server, QuorumNone));
        Assert.Contains(status, e.Message, StringComparison.Ordinal);
        Assert.Empty(_time.Pauses);
    }

    [Fact]
    public async Task A_refusal_is_final_after_retries_too()
    {
        await using var server = RawServer.Start(s_accepted, RawServer.Answer("429 Too Many Requests"), s_ok);
        LogClientException e = await FailureAsync(() => SubmitAsync(server, QuorumNone));
        Assert.Equal(HttpStatusCode.TooManyRequests, e.StatusCode);
    }

    [Fact]
    public async Task A_malformed_head_is_final()
    {
        await using var server = RawServer.Start(s_ok, RawServer.Answer("200 OK", "<html>"));
        Assert.Equal(
            LogClientFailure.Malformed, (await FailureAsync(() => SubmitAsync(server, QuorumNone))).Failure);
    }

    [Fact]
    public async Task A_head_that_the_log_did_not_sign_is_final()
    {
        CosignedTreeHead head = Samples.TreeHead(s_tree.Head(3));
        head = head with { SignedTreeHead = head.SignedTreeHead with { TreeHead = s_tree.Head(4) } };
        await using var server = RawServer.Start(s_ok, RawServer.Answer("200 OK", Samples.Text(head.Write)));
        await Assert.ThrowsAsync<ProofVerificationException>(() => SubmitAsync(server, QuorumNone));
    }

    [Fact]
    public async Task A_wrong_inclusion_proof_is_final()
    {
        await using var server = RawServer.Start(s_ok, Head(3), Inclusion(1, 3));
        await Assert.ThrowsAsync<ProofVerificationException>(() => SubmitAsync(server, QuorumNone));
    }

    [Fact]
    public async Task Missing_cosignatures_are_waited_for_and_named_when_it_gives_up()
    {
        using var stop = new CancellationTokenSource();
        int pauses = 0;
        var time = new InstantTime
        {
            OnPause = _ =>
            {
                if (++pauses == 3)
                    stop.Cancel();
            },
        };
        await using var server = RawServer.Start(s_ok, Head(3));
        TrustPolicy policy = Policy(
            $"log {Samples.LogKey.PublicKey}\nwitness w {Samples.WitnessKey.PublicKey}\nquorum w\n");
        OperationCanceledException e = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Submitter.SubmitAsync(Log(server), Samples.LogKey.PublicKey, Samples.Request(2), policy,
                new SubmitOptions { TimeProvider = time }, stop.Token));
        Assert.Contains("not enough cosignatures", e.Message, StringComparison.Ordinal);
        Assert.IsType<ProofVerificationException>(e.InnerException);
    }

    [Fact]
    public async Task Cosignatures_that_come_late_complete_the_proof()
    {
        CosignedTreeHead head = Samples.TreeHead(s_tree.Head(3));
        Cosignature cosignature = await Cosignature.SignAsync(s_tree.Head(3),
            Checkpoints.SigsumOrigin.ForLog(Samples.LogKey.PublicKey), Samples.WitnessKey, 1, Cancel);
        await using var server = RawServer.Start(s_ok, Head(3),
            RawServer.Answer("200 OK", Samples.Text((head with { Cosignatures = [cosignature] }).Write)),
            Inclusion(2, 3));
        SigsumProof proof = await SubmitAsync(server, Policy(
            $"log {Samples.LogKey.PublicKey}\nwitness w {Samples.WitnessKey.PublicKey}\nquorum w\n"));
        Assert.Equal([cosignature], proof.TreeHead.Cosignatures);
    }

    [Fact]
    public async Task A_request_that_cannot_succeed_is_not_sent()
    {
        await using var server = RawServer.Start("");
        AddLeafRequest forged = Samples.Request(0) with { Message = Samples.Message(1) };
        await Assert.ThrowsAsync<ArgumentException>(() => Submitter.SubmitAsync(
            Log(server), Samples.LogKey.PublicKey, forged, QuorumNone, null, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => Submitter.SubmitAsync(
            Log(server), Samples.WitnessKey.PublicKey, Samples.Request(0), QuorumNone, null, Cancel));
    }

    private static TrustPolicy QuorumNone => Policy($"log {Samples.LogKey.PublicKey}\nquorum none\n");

    private static TrustPolicy Policy(string text) => TrustPolicy.Parse(Encoding.ASCII.GetBytes(text));

    private static string Head(ulong size) => RawServer.Answer("200 OK", Samples.Text(
        Samples.TreeHead(size == 0 ? TreeHead.Empty : s_tree.Head(size)).Write));

    private static string Inclusion(ulong index, ulong size) =>
        RawServer.Answer("200 OK", Samples.Text(ProofBuilder.Inclusion(index, size, s_tree).Write));

    private static async Task<string[]> EndpointsAsync(RawServer server, int count)
    {
        var endpoints = new string[count];
        for (int i = 0; i < count; i++)
            endpoints[i] = (await server.RequestAsync(Cancel)).Split('/', ' ')[3];
        return endpoints;
    }

    private async Task<SigsumProof> SubmitAsync(RawServer server, TrustPolicy policy, int leaf = 2)
    {
        // A submission that should end but does not would go on for ever.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        return await Submitter.SubmitAsync(Log(server), Samples.LogKey.PublicKey, Samples.Request(leaf), policy,
            new SubmitOptions { TimeProvider = _time, PollInterval = TimeSpan.FromSeconds(1) }, limit.Token);
    }
}
