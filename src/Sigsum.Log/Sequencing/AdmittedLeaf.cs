using Sigsum.Crypto;
using Sigsum.Log.Admission;
using Sigsum.Messages;

namespace Sigsum.Log.Sequencing;

/// <summary>
/// A leaf that may enter the tree: its signature is verified and its rate limit reserved.
/// Made only by <see cref="LeafGate"/>.
/// </summary>
internal sealed class AdmittedLeaf
{
    private AdmittedLeaf(Leaf leaf, Hash leafHash, Reservation reservation)
    {
        Leaf = leaf;
        LeafHash = leafHash;
        Reservation = reservation;
    }

    /// <summary>The leaf as it is stored.</summary>
    public Leaf Leaf { get; }

    /// <summary>RFC 6962 leaf hash; the leaf's identity for deduplication.</summary>
    public Hash LeafHash { get; }

    /// <summary>What its submitter's quota holds for it: confirmed when it is stored, released when it is not.</summary>
    public Reservation Reservation { get; }

    /// <summary>Checks the signature and admits the leaf.</summary>
    /// <returns>Null when the signature is not valid.</returns>
    public static AdmittedLeaf? Verify(AddLeafRequest request, in Leaf leaf, in Hash leafHash, Reservation reservation) =>
        request.VerifySignature() ? new AdmittedLeaf(leaf, leafHash, reservation) : null;
}
