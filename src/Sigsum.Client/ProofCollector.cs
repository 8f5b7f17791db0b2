using System.Net;
using Sigsum.Crypto;
using Sigsum.Merkle;
using Sigsum.Messages;
using Sigsum.Policy;
using Sigsum.Proofs;

namespace Sigsum.Client;

/// <summary>Looks whether a log has published a leaf yet, and puts the proof of logging together when it has.</summary>
internal sealed class ProofCollector(ILogClient log, PublicKey logKey, Leaf leaf, TrustPolicy policy)
{
    private ulong _sizeWithoutLeaf;

    /// <summary>Looks once.</summary>
    /// <param name="note">Learns why the published tree head will not do yet.</param>
    /// <param name="cancellationToken">Ends the wait for the log.</param>
    /// <returns>The proof, or null if the log has to be asked again later.</returns>
    /// <exception cref="ProofVerificationException">What the log has signed or sent is wrong for good.</exception>
    public async Task<SigsumProof?> TryCollectAsync(Action<Exception> note, CancellationToken cancellationToken)
    {
        CosignedTreeHead head = await log.GetTreeHeadAsync(cancellationToken).ConfigureAwait(false);
        if (!head.SignedTreeHead.Verify(logKey))
            throw new ProofVerificationException("the log's signature of the tree head is not valid");
        TreeHead tree = head.SignedTreeHead.TreeHead;
        if (tree.Size <= _sizeWithoutLeaf || !HasQuorum(head, note))
            return null;
        InclusionProof? inclusion = await FindLeafAsync(tree, cancellationToken).ConfigureAwait(false);
        if (inclusion is not null)
            return SigsumProof.Create(logKey, leaf, head, inclusion);
        // A tree of this size will never have the leaf: there is no use in asking until it has grown.
        _sizeWithoutLeaf = tree.Size;
        return null;
    }

    private bool HasQuorum(CosignedTreeHead head, Action<Exception> note)
    {
        try
        {
            policy.Verify(logKey.KeyHash(), head);
            return true;
        }
        catch (ProofVerificationException e)
        {
            // Cosignatures may still come in.
            note(e);
            return false;
        }
    }

    private async Task<InclusionProof?> FindLeafAsync(TreeHead tree, CancellationToken cancellationToken)
    {
        Hash leafHash = leaf.LeafHash();
        InclusionProof proof;
        try
        {
            proof = await log.GetInclusionProofAsync(new InclusionProofRequest(tree.Size, leafHash), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (LogClientException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
        if (ProofVerifier.VerifyInclusion(leafHash, proof.LeafIndex, tree, proof.Path.AsSpan()))
            return proof;
        // The only leaf of a tree of size 1 can be another one; the log was not asked about that.
        return tree.Size == 1 ? null : throw new ProofVerificationException("the inclusion proof is not valid");
    }
}
