using System.Net;
using System.Text;
using Sigsum.Checkpoints;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Log.Witnessing;
using Sigsum.Messages;

namespace Sigsum.Log.Tests.Witnessing;

/// <summary>The witness for trying out against C2SP tlog-witness, over real sockets, one test per answer.</summary>
public sealed class TrialWitnessTests : IAsyncLifetime
{
    private readonly WitnessedLog _log = new();
    private readonly Ed25519Signer _key = Ed25519Signer.Generate();
    private readonly HttpClient _http = SigsumHttp.CreateForNodes();
    private TrialWitness _witness = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _witness = await TrialWitness.StartAsync(
        new TrialWitnessOptions { Name = "example.com/trial", Signer = _key, Logs = [_log.PublicKey] }, Cancel);

    public async ValueTask DisposeAsync()
    {
        await _witness.DisposeAsync();
        _http.Dispose();
        _key.Dispose();
        _log.Signer.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    public async Task A_first_checkpoint_of_any_size_is_cosigned(ulong size)
    {
        AddCheckpointRequest request = await _log.RequestAsync(0, size, Cancel);
        await AssertCosignedAsync(request);
        Assert.Equal(_log.Head(size), await _witness.GetLatestAsync(_log.PublicKey, Cancel));
    }

    [Fact]
    public async Task Growth_and_repetition_are_cosigned()
    {
        ulong old = 0;
        foreach (ulong size in new ulong[] { 1, 1, 2, 5, 8, 8, 13 })
        {
            await AssertCosignedAsync(await _log.RequestAsync(old, size, Cancel));
            old = size;
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("old 0\n")]
    [InlineData("nonsense")]
    [InlineData("old 00\n\n")]
    public async Task Malformed_requests_get_400(string body) =>
        await AssertAnswerAsync(HttpStatusCode.BadRequest, body);

    [Fact]
    public async Task Truncated_requests_get_400()
    {
        string whole = WitnessedLog.Text(await _log.RequestAsync(0, 3, Cancel));
        for (int length = 0; length < whole.Length; length += 7)
            await AssertAnswerAsync(HttpStatusCode.BadRequest, whole[..length]);
    }

    [Fact]
    public async Task An_old_size_above_that_of_the_checkpoint_gets_400()
    {
        AddCheckpointRequest request = await _log.RequestAsync(0, 3, Cancel);
        await AssertAnswerAsync(HttpStatusCode.BadRequest, WitnessedLog.Text(request with { OldSize = 4 }));
    }

    [Fact]
    public async Task A_bad_signature_gets_403()
    {
        AddCheckpointRequest request = await _log.RequestAsync(0, 3, Cancel);
        Checkpoint other = request.Checkpoint with { TreeHead = _log.Head(4) };
        await AssertAnswerAsync(HttpStatusCode.Forbidden, WitnessedLog.Text(request with { Checkpoint = other }));
        Assert.Equal(TreeHead.Empty, await _witness.GetLatestAsync(_log.PublicKey, Cancel));
    }

    [Fact]
    public async Task An_unknown_log_gets_404()
    {
        AddCheckpointRequest request = await new WitnessedLog().RequestAsync(0, 3, Cancel);
        await AssertAnswerAsync(HttpStatusCode.NotFound, WitnessedLog.Text(request));
    }

    [Fact]
    public async Task Another_path_gets_404_and_another_method_405()
    {
        using HttpResponseMessage path = await _http.GetAsync(new Uri(_witness.Url, "add-checkpoint/x"), Cancel);
        Assert.Equal(HttpStatusCode.NotFound, path.StatusCode);
        using HttpResponseMessage method = await _http.GetAsync(new Uri(_witness.Url, "add-checkpoint"), Cancel);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, method.StatusCode);
        Assert.Equal("POST", Assert.Single(method.Content.Headers.Allow));
    }

    [Fact]
    public async Task Another_old_size_gets_409_with_the_size_in_its_own_content_type()
    {
        await AssertCosignedAsync(await _log.RequestAsync(0, 5, Cancel));
        string body = WitnessedLog.Text(await _log.RequestAsync(3, 8, Cancel));
        using HttpResponseMessage answer = await PostAsync(body);
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Equal("text/x.tlog.size", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("5\n", await answer.Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public async Task A_body_beyond_the_limit_gets_413() =>
        await AssertAnswerAsync(
            HttpStatusCode.RequestEntityTooLarge, new string('x', TrialWitness.MaxRequestSize + 1));

    [Fact]
    public async Task A_proof_from_the_empty_tree_gets_422()
    {
        AddCheckpointRequest request = await _log.RequestAsync(0, 3, Cancel);
        var proof = new ConsistencyProof([_log.Head(1).RootHash]);
        await AssertAnswerAsync(HttpStatusCode.UnprocessableEntity, WitnessedLog.Text(request with { Proof = proof }));
    }

    [Fact]
    public async Task A_wrong_root_of_the_empty_tree_gets_422() =>
        await AssertRefusedAsync(0, new TreeHead(0, _log.Head(1).RootHash), ConsistencyProof.Empty);

    [Fact]
    public async Task Another_root_of_the_same_size_gets_422()
    {
        await AssertCosignedAsync(await _log.RequestAsync(0, 5, Cancel));
        await AssertRefusedAsync(5, new WitnessedLog("fork").Head(5), ConsistencyProof.Empty);
    }

    [Fact]
    public async Task A_fork_gets_422_and_changes_nothing()
    {
        await AssertCosignedAsync(await _log.RequestAsync(0, 5, Cancel));
        var fork = new WitnessedLog("fork");
        AddCheckpointRequest request = await fork.RequestAsync(5, 8, Cancel);
        await AssertRefusedAsync(5, fork.Head(8), request.Proof);
        Assert.Equal(_log.Head(5), await _witness.GetLatestAsync(_log.PublicKey, Cancel));
    }

    [Fact]
    public async Task Of_requests_that_race_one_is_cosigned_and_the_others_conflict()
    {
        var client = new WitnessClient(_http, _witness.Url);
        WitnessResponse[] answers = await Task.WhenAll(Enumerable.Range(1, 16).Select(async size =>
            await client.AddCheckpointAsync(await _log.RequestAsync(0, (ulong)size, Cancel), Cancel)));
        Assert.Single(answers.OfType<WitnessResponse.Cosigned>());
        TreeHead latest = await _witness.GetLatestAsync(_log.PublicKey, Cancel);
        Assert.Equal(15, answers.OfType<WitnessResponse.Conflict>().Count(conflict => conflict.Size == latest.Size));
    }

    private async Task AssertCosignedAsync(AddCheckpointRequest request)
    {
        WitnessResponse answer = await new WitnessClient(_http, _witness.Url).AddCheckpointAsync(request, Cancel);
        CosignatureLine line = Assert.Single(Assert.IsType<WitnessResponse.Cosigned>(answer).Lines);
        Assert.Equal("example.com/trial", line.KeyName);
        Assert.True(CosignatureLine.TryFind([line], request.Checkpoint, _key.PublicKey, out _));
    }

    private async Task AssertRefusedAsync(ulong oldSize, TreeHead head, ConsistencyProof proof)
    {
        var request = new AddCheckpointRequest(oldSize, proof, await _log.SignAsync(head, Cancel));
        await AssertAnswerAsync(HttpStatusCode.UnprocessableEntity, WitnessedLog.Text(request));
    }

    private async Task AssertAnswerAsync(HttpStatusCode expected, string body)
    {
        using HttpResponseMessage answer = await PostAsync(body);
        Assert.Equal(expected, answer.StatusCode);
        string text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.Equal(text.Length - 1, text.IndexOf('\n', StringComparison.Ordinal));
    }

    private async Task<HttpResponseMessage> PostAsync(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8);
        return await _http.PostAsync(new Uri(_witness.Url, "add-checkpoint"), content, Cancel);
    }
}
