using System.Net;
using Microsoft.Extensions.Logging;
using Sigsum.Checkpoints;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Signing;
using Sigsum.Merkle;
using Sigsum.Messages;
using Sigsum.Policy;

namespace Sigsum.Log.Witnessing;

/// <summary>
/// The conversation with one witness: one request at a time, remembering the size that the witness has cosigned
/// last, so that the consistency proof is right at the first try.
/// </summary>
internal sealed partial class WitnessLane(
    PolicyWitness witness,
    WitnessClient client,
    PublicKey logKey,
    INodeReader tree,
    PrimaryRole role,
    Preflight preflight,
    Func<ulong> largestSigned,
    Action<ulong> seenLarger,
    ulong cosignedSize,
    NodeMetrics metrics,
    TimeSpan timeout,
    TimeProvider time,
    ILogger<WitnessLane> logger)
{
    private ulong _oldSize = cosignedSize;
    private string? _lastProblem;

    /// <summary>The witness as the policy names it.</summary>
    public PolicyWitness Witness => witness;

    /// <summary>Asks for a cosignature on <paramref name="head"/>.</summary>
    /// <returns>A verified cosignature, or null; why not is in the log and the metrics.</returns>
    public async Task<Cosignature?> CosignAsync(StoredTreeHead head, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var retried = false;
        try
        {
            var answer = await AskAsync(head, either.Token);
            if (answer is WitnessResponse.Conflict conflict && Adopt(conflict, head))
            {
                retried = true;
                answer = await AskAsync(head, either.Token);
            }

            var (cosignature, status, problem) = Read(answer, head);
            if (cosignature is null)
                metrics.Witnesses.OnFailed(witness.Url!, status, retried);
            else
                metrics.Witnesses.OnCosigned(witness.Url!, retried, time.GetElapsedTime(started));
            NotePreflight(answer, cosignature is not null);
            Report(problem);
            return cosignature;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception error) when (error is HttpRequestException or LogClientException or FormatException
                                          or OperationCanceledException)
        {
            metrics.Witnesses.OnFailed(witness.Url!, null, retried);
            preflight.Silent(witness.PublicKey.KeyHash());
            Report(limit.IsCancellationRequested ? "did not answer in time" : error.Message);
            return null;
        }
    }

    private Task<WitnessResponse> AskAsync(StoredTreeHead head, CancellationToken cancellationToken)
    {
        // A witness that starts from nothing, or has this very size, takes an empty proof.
        var proof = _oldSize == 0 || _oldSize >= head.Size
            ? new ConsistencyProof([])
            : ProofBuilder.Consistency(_oldSize, head.Size, tree);
        var checkpoint = Checkpoint.FromSignedTreeHead(head.Signed, logKey);
        var request = new AddCheckpointRequest(Math.Min(_oldSize, head.Size), proof, checkpoint);
        return client.AddCheckpointAsync(request, cancellationToken);
    }

    /// <summary>Takes the witness's word for the size it has cosigned, if that is a size that we have signed.</summary>
    private bool Adopt(WitnessResponse.Conflict conflict, StoredTreeHead head)
    {
        var signed = largestSigned();
        if (conflict.Size > signed)
        {
            var problem = $"witness {witness.Name} has cosigned size {conflict.Size}, this node has signed {signed} at most: "
                + "another node extends this log, or this one was put back to an older copy";
            if (role.Revoke(problem))
                Ahead(logger, problem);
            return false;
        }

        _oldSize = conflict.Size;
        if (conflict.Size <= head.Size)
            return true;
        seenLarger(conflict.Size);
        return false;
    }

    /// <summary>A witness that does not know the log (404) has cosigned nothing of it.</summary>
    private void NotePreflight(WitnessResponse answer, bool cosigned)
    {
        var tells = cosigned
            || (answer is WitnessResponse.Conflict conflict && conflict.Size <= largestSigned())
            || answer is WitnessResponse.Refused { Status: HttpStatusCode.NotFound };
        if (tells)
            preflight.Answered(witness.PublicKey.KeyHash());
        else if (role.RevokedBecause is null)
            preflight.Silent(witness.PublicKey.KeyHash());
    }

    private (Cosignature? Cosignature, int? Status, string? Problem) Read(WitnessResponse answer, StoredTreeHead head)
    {
        switch (answer)
        {
            case WitnessResponse.Cosigned cosigned:
                var checkpoint = Checkpoint.FromSignedTreeHead(head.Signed, logKey);
                if (!CosignatureLine.TryFind(cosigned.Lines, checkpoint, witness.PublicKey, out var cosignature))
                    return (null, null, "answered without a valid cosignature by its key");
                _oldSize = head.Size;
                return (cosignature, null, null);

            case WitnessResponse.Conflict conflict:
                return (null, 409, $"says that it has cosigned size {conflict.Size}, not {_oldSize}");

            case WitnessResponse.Refused refused:
                return (null, (int)refused.Status, $"refused: {(int)refused.Status} {refused.Message}");

            default:
                throw new InvalidOperationException("unknown kind of witness answer");
        }
    }

    private void Report(string? problem)
    {
        if (problem == _lastProblem)
            return;
        _lastProblem = problem;
        if (problem is null)
            Cosigns(logger, witness.Name);
        else
            Problem(logger, witness.Name, problem);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "witness {Witness} cosigns")]
    private static partial void Cosigns(ILogger logger, string witness);

    [LoggerMessage(Level = LogLevel.Warning, Message = "witness {Witness}: {Problem}")]
    private static partial void Problem(ILogger logger, string witness, string problem);

    [LoggerMessage(Level = LogLevel.Critical, Message = "signing stopped: {Problem}")]
    private static partial void Ahead(ILogger logger, string problem);
}
