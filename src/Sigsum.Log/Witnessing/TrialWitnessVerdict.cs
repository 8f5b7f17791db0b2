using System.Net;
using Sigsum.Crypto;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Witnessing;

/// <summary>What a witness decides about a checkpoint, given what it has cosigned before (C2SP tlog-witness).</summary>
/// <param name="Status">200 to cosign, or the status to refuse with.</param>
/// <param name="Reason">One line, for refusals other than 409.</param>
internal readonly record struct TrialWitnessVerdict(HttpStatusCode Status, string Reason)
{
    /// <summary>Checks in the order of the specification: signature, old size, consistency.</summary>
    public static TrialWitnessVerdict On(AddCheckpointRequest request, in PublicKey logKey, TreeHead latest)
    {
        TreeHead head = request.Checkpoint.TreeHead;
        if (!request.Checkpoint.Verify(logKey))
            return new(HttpStatusCode.Forbidden, "no valid signature of the log");
        if (request.OldSize > head.Size)
            return new(HttpStatusCode.BadRequest, "old size is larger than the size of the checkpoint");
        if (request.OldSize != latest.Size)
            return new(HttpStatusCode.Conflict, "");
        if (head.Size == 0 && head.RootHash != TreeHead.Empty.RootHash)
            return new(HttpStatusCode.UnprocessableEntity, "wrong root hash for the empty tree");
        return IsConsistent(latest, head, request.Proof)
            ? new(HttpStatusCode.OK, "")
            : new(HttpStatusCode.UnprocessableEntity, "not consistent with what was cosigned before");
    }

    private static bool IsConsistent(TreeHead old, TreeHead head, ConsistencyProof proof)
    {
        // The empty tree is the beginning of every tree, and a tree is the beginning of itself: nothing to prove.
        if (old.Size == 0)
            return proof.Path.IsEmpty;
        if (old.Size == head.Size)
            return proof.Path.IsEmpty && old.RootHash == head.RootHash;
        return ProofVerifier.VerifyConsistency(old, head, proof.Path.AsSpan());
    }
}
