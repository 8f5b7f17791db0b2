using System.Net;
using Sigsum.Checkpoints;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Log.Witnessing;
using Sigsum.Messages;

namespace Sigsum.Log.Tests.Witnessing;

/// <summary>That the witness for trying out misbehaves as it is told, and keeps its word over restarts.</summary>
public sealed class TrialWitnessBehaviourTests : IDisposable
{
    private readonly WitnessedLog _log = new();
    private readonly Ed25519Signer _key = Ed25519Signer.Generate();
    private readonly HttpClient _http = SigsumHttp.CreateForNodes();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("sigsum-test-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _directory.Delete(recursive: true);
        _http.Dispose();
        _key.Dispose();
        _log.Signer.Dispose();
    }

    [Fact]
    public async Task What_was_cosigned_survives_a_restart()
    {
        await using (TrialWitness first = await StartAsync("state"))
            Assert.IsType<WitnessResponse.Cosigned>(await AskAsync(first, 0, 5));
        await using TrialWitness second = await StartAsync("state");
        Assert.Equal(5ul, Assert.IsType<WitnessResponse.Conflict>(await AskAsync(second, 0, 8)).Size);
        Assert.IsType<WitnessResponse.Cosigned>(await AskAsync(second, 5, 8));
    }

    [Theory]
    [InlineData("")]
    [InlineData("version=2\n")]
    [InlineData("version=1\nlog=00 1 00\n")]
    [InlineData("version=1")]
    public async Task A_state_file_that_is_none_of_ours_is_refused(string text)
    {
        await File.WriteAllTextAsync(Path.Combine(_directory.FullName, "state"), text, Cancel);
        await Assert.ThrowsAsync<SigsumFormatException>(() => StartAsync("state"));
    }

    [Fact]
    public async Task It_fails_with_the_status_that_it_is_told()
    {
        await using TrialWitness witness = await StartAsync();
        witness.Behaviour = new TrialWitnessBehaviour { FailWith = HttpStatusCode.ServiceUnavailable };
        WitnessResponse answer = await AskAsync(witness, 0, 5);
        Assert.Equal(new WitnessResponse.Refused(HttpStatusCode.ServiceUnavailable, "told to fail"), answer);
        Assert.Equal(TreeHead.Empty, await witness.GetLatestAsync(_log.PublicKey, Cancel));
        witness.Behaviour = TrialWitnessBehaviour.Honest;
        Assert.IsType<WitnessResponse.Cosigned>(await AskAsync(witness, 0, 5));
        Assert.Equal(2, witness.Requests);
    }

    [Fact]
    public async Task It_hangs_up()
    {
        await using TrialWitness witness = await StartAsync();
        witness.Behaviour = new TrialWitnessBehaviour { HangUp = true };
        var e = await Assert.ThrowsAsync<LogClientException>(() => AskAsync(witness, 0, 5));
        Assert.Equal(LogClientFailure.Transport, e.Failure);
    }

    [Fact]
    public async Task It_cosigns_and_loses_the_answer()
    {
        await using TrialWitness witness = await StartAsync();
        witness.Behaviour = new TrialWitnessBehaviour { LoseAnswer = true };
        await Assert.ThrowsAsync<LogClientException>(() => AskAsync(witness, 0, 5));
        Assert.Equal(_log.Head(5), await witness.GetLatestAsync(_log.PublicKey, Cancel));
    }

    [Fact]
    public async Task It_lies()
    {
        await using TrialWitness witness = await StartAsync();
        witness.Behaviour = new TrialWitnessBehaviour { Lie = true };
        AddCheckpointRequest request = await _log.RequestAsync(0, 5, Cancel);
        WitnessResponse answer = await new WitnessClient(_http, witness.Url).AddCheckpointAsync(request, Cancel);
        IReadOnlyList<CosignatureLine> lines = Assert.IsType<WitnessResponse.Cosigned>(answer).Lines;
        Assert.Single(lines);
        Assert.False(CosignatureLine.TryFind(lines, request.Checkpoint, _key.PublicKey, out _));
    }

    [Fact]
    public async Task It_is_ahead()
    {
        await using TrialWitness witness = await StartAsync();
        await witness.SetLatestAsync(_log.PublicKey, _log.Head(100), Cancel);
        Assert.Equal(100ul, Assert.IsType<WitnessResponse.Conflict>(await AskAsync(witness, 0, 5)).Size);
    }

    [Fact]
    public async Task It_delays_until_it_is_told_and_cancelling_ends_the_wait()
    {
        await using TrialWitness witness = await StartAsync();
        var held = new TaskCompletionSource();
        var released = new TaskCompletionSource();
        witness.Behaviour = new TrialWitnessBehaviour
        {
            Delay = gone =>
            {
                held.SetResult();
                return released.Task.WaitAsync(gone);
            },
        };
        using var impatient = new CancellationTokenSource();
        AddCheckpointRequest request = await _log.RequestAsync(0, 5, Cancel);
        Task<WitnessResponse> asked =
            new WitnessClient(_http, witness.Url).AddCheckpointAsync(request, impatient.Token);
        await held.Task.WaitAsync(Cancel);
        Assert.False(asked.IsCompleted);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);

        held = new TaskCompletionSource();
        asked = AskAsync(witness, 0, 5);
        await held.Task.WaitAsync(Cancel);
        released.SetResult();
        Assert.IsType<WitnessResponse.Cosigned>(await asked);
    }

    [Fact]
    public async Task Its_verifier_key_is_that_of_its_cosignatures()
    {
        await using TrialWitness witness = await StartAsync();
        var cosigned = Assert.IsType<WitnessResponse.Cosigned>(await AskAsync(witness, 0, 1));
        VerifierKey key = VerifierKey.Parse(witness.VerifierKey.ToString());
        Assert.Equal(cosigned.Lines[0].KeyId, key.KeyId);
        Assert.Equal(NoteSignatureType.Cosignature, key.Type);
    }

    private Task<TrialWitness> StartAsync(string? stateFile = null) => TrialWitness.StartAsync(
        new TrialWitnessOptions
        {
            Name = "example.com/trial",
            Signer = _key,
            Logs = [_log.PublicKey],
            StatePath = stateFile is null ? null : Path.Combine(_directory.FullName, stateFile),
        },
        Cancel);

    private async Task<WitnessResponse> AskAsync(TrialWitness witness, ulong oldSize, ulong size) =>
        await new WitnessClient(_http, witness.Url)
            .AddCheckpointAsync(await _log.RequestAsync(oldSize, size, Cancel), Cancel);
}
