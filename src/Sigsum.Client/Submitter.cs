using Sigsum.Crypto;
using Sigsum.Messages;
using Sigsum.Policy;
using Sigsum.Proofs;

namespace Sigsum.Client;

/// <summary>Submits a leaf to a log and waits for its proof of logging.</summary>
public static class Submitter
{
    /// <summary>
    /// Submits until the log is committed to the leaf, waits until a tree head that the policy accepts covers it,
    /// fetches the inclusion proof, and verifies the proof of logging as a whole.
    /// </summary>
    /// <remarks>
    /// Asks again after failures that may pass: no answer, and statuses from 500 on, with the pause that the log asks
    /// for by <c>Retry-After</c>. There is no limit on how long it goes on: cancel it.
    /// </remarks>
    /// <param name="log">The log.</param>
    /// <param name="logKey">The log's key, which the policy must have.</param>
    /// <param name="request">What to submit.</param>
    /// <param name="policy">What the proof has to satisfy.</param>
    /// <param name="options">Pauses, token and clock.</param>
    /// <param name="cancellationToken">
    /// Ends every wait at once; the exception's inner one is then the last failure that was waited out, if any.
    /// </param>
    /// <returns>A proof that has been verified.</returns>
    /// <exception cref="ArgumentException">The request's signature is bad, or the log is not in the policy.</exception>
    /// <exception cref="LogClientException">The log refuses, or sends something else than it should.</exception>
    /// <exception cref="ProofVerificationException">The log's signature or proof is not valid.</exception>
    public static async Task<SigsumProof> SubmitAsync(
        ILogClient log,
        PublicKey logKey,
        AddLeafRequest request,
        TrustPolicy policy,
        SubmitOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(policy);
        if (!request.VerifySignature())
            throw new ArgumentException("the signature of the request is not valid", nameof(request));
        if (policy.FindLog(logKey.KeyHash()) is null)
            throw new ArgumentException("the log is not in the policy", nameof(logKey));
        options ??= SubmitOptions.Default;

        var patience = new Patience(options, cancellationToken);
        await patience.UntilAsync(async () => await log
            .AddLeafAsync(request, options.Token, cancellationToken)
            .ConfigureAwait(false) == AddLeafStatus.Committed).ConfigureAwait(false);

        var collector = new ProofCollector(log, logKey, request.ToLeaf(), policy);
        SigsumProof? proof = null;
        await patience.UntilAsync(async () =>
        {
            proof = await collector.TryCollectAsync(patience.Note, cancellationToken).ConfigureAwait(false);
            return proof is not null;
        }).ConfigureAwait(false);
        proof!.Verify(request.Message, [request.PublicKey], policy);
        return proof;
    }
}
