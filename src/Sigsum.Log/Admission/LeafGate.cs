using Microsoft.Extensions.Logging;
using Sigsum.Crypto;
using Sigsum.Log.Scrubbing;
using Sigsum.Log.Sequencing;
using Sigsum.Log.Storage;
using Sigsum.Messages;
using Sigsum.Tokens;

namespace Sigsum.Log.Admission;

/// <summary>What became of an add-leaf request at the gate.</summary>
internal abstract record GateAnswer
{
    private GateAnswer()
    {
    }

    /// <summary>The leaf is in the tree or on its way; <paramref name="Index"/> completes when it is durable.</summary>
    public sealed record Taken(Task<ulong> Index) : GateAnswer;

    /// <summary>The submit token proves nothing.</summary>
    public sealed record BadToken(string Reason) : GateAnswer;

    /// <summary>The submitter's quota is used up, or it has none.</summary>
    public sealed record RateLimited(string Reason) : GateAnswer;

    /// <summary>The leaf's signature is not valid.</summary>
    public sealed record BadSignature : GateAnswer;

    /// <summary>The queue to the writer is full, or the tree takes no leaves now.</summary>
    public sealed record Unavailable(string Reason) : GateAnswer;
}

/// <summary>
/// Lets leaves in. A leaf that is stored or on its way already is answered at once: it was checked when it came
/// first, so a retry costs neither quota, nor a DNS question, nor a signature check. Everything else passes the
/// submit token, the rate limit and the signature check, in the order of their cost to us.
/// </summary>
internal sealed partial class LeafGate(
    ILogStore store,
    SequencerQueue queue,
    Intake intake,
    StoreDamage damage,
    TokenVerifier tokens,
    IRateLimiter limiter,
    ILogger<LeafGate> logger)
{
    /// <summary>Admits one request and queues its leaf.</summary>
    public async ValueTask<GateAnswer> SubmitAsync(
        AddLeafRequest request, Leaf leaf, Hash leafHash, SubmitTokenHeader? token, CancellationToken cancellationToken)
    {
        // A node that is not the log's primary any more can promise nothing, not even for a leaf that it holds.
        if (intake is { ForGood: true, ClosedBecause: { } never })
            return new GateAnswer.Unavailable(never);

        if (damage.Found is not null)
            return new GateAnswer.Unavailable("the log takes no leaves: its store is damaged");

        // Pending before stored: a leaf leaves the pending table only after the store shows it.
        if (queue.Find(leafHash) is { } underWay)
            return new GateAnswer.Taken(underWay.Index);
        if (store.FindLeaf(leafHash) is { } known)
            return new GateAnswer.Taken(Task.FromResult(known));
        if (intake.ClosedBecause is { } closed)
            return new GateAnswer.Unavailable(closed);

        string? domain = null;
        if (token is { } header)
        {
            switch (await tokens.VerifyAsync(header, cancellationToken))
            {
                case TokenVerification.Valid valid:
                    domain = valid.Domain;
                    break;
                case TokenVerification.Invalid invalid:
                    return new GateAnswer.BadToken(invalid.Reason);
                case TokenVerification.Unavailable unavailable:
                    LookupFailed(logger, unavailable.Detail);
                    return new GateAnswer.Unavailable(unavailable.Reason);
            }
        }

        if (limiter.TryReserve(domain, leaf.KeyHash, out var refusal) is not { } reservation)
            return new GateAnswer.RateLimited(refusal ?? "rate limit exceeded");
        if (AdmittedLeaf.Verify(request, leaf, leafHash, reservation) is not { } admitted)
        {
            reservation.Release();
            return new GateAnswer.BadSignature();
        }

        return queue.TryAdd(admitted) is { } pending
            ? new GateAnswer.Taken(pending.Index)
            : new GateAnswer.Unavailable("the log is busy, try again");
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "a submit token could not be looked up: {Detail}")]
    private static partial void LookupFailed(ILogger logger, string detail);
}
