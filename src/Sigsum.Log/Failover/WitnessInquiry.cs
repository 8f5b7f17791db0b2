using Sigsum.Checkpoints;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Messages;
using Sigsum.Policy;

namespace Sigsum.Log.Failover;

/// <summary>
/// Asks witnesses what they have cosigned, without signing anything new: they are shown a head that was signed long ago, and
/// either cosign it again or name the size that they have.
/// </summary>
internal sealed class WitnessInquiry(HttpClient http, ClientOptions client)
{
    /// <summary>Asks every witness of the policy that has a URL.</summary>
    public async Task<WitnessSurvey> AskAsync(
        TrustPolicy policy, SignedTreeHead known, PublicKey logKey, CancellationToken cancellationToken)
    {
        var asked = policy.Witnesses.Where(witness => witness.Url is not null).ToList();
        var answers = await Task.WhenAll(asked.Select(witness => AskAsync(witness, known, logKey, cancellationToken)));
        var silent = policy.Witnesses.Except(asked.Where((_, i) => answers[i].Size is not null)).ToList();
        var largest = answers.Select((answer, i) => (Size: answer.Size ?? 0, asked[i].Name)).DefaultIfEmpty()
            .MaxBy(answer => answer.Size);
        return new WitnessSurvey(
            largest.Size, largest.Name ?? "",
            Conclusive: !policy.QuorumIsNone && !policy.IsQuorum(silent.Select(witness => witness.PublicKey.KeyHash()).ToHashSet()),
            [.. answers.Select((answer, i) => $"{asked[i].Name}: {answer.Text}")]);
    }

    private async Task<(ulong? Size, string Text)> AskAsync(
        PolicyWitness witness, SignedTreeHead known, PublicKey logKey, CancellationToken cancellationToken)
    {
        var size = known.TreeHead.Size;
        var request = new AddCheckpointRequest(
            size, new ConsistencyProof([]), Checkpoint.FromSignedTreeHead(known, logKey));
        try
        {
            return await new WitnessClient(http, witness.Url!, client).AddCheckpointAsync(request, cancellationToken) switch
            {
                WitnessResponse.Cosigned => (size, $"has cosigned size {size}"),
                WitnessResponse.Conflict conflict => (conflict.Size, $"has cosigned size {conflict.Size}"),
                WitnessResponse.Refused { Status: System.Net.HttpStatusCode.NotFound } => (0, "does not know this log"),
                WitnessResponse.Refused refused => (null, $"refused: {(int)refused.Status} {refused.Message}"),
                _ => (null, "gave an unknown kind of answer"),
            };
        }
        catch (LogClientException error)
        {
            return (null, $"cannot be asked: {error.Message}");
        }
    }
}
