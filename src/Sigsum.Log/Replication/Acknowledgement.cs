using Sigsum.Crypto;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Replication;

/// <summary>What a secondary's signed tree head says to the primary.</summary>
internal enum AcknowledgementVerdict
{
    /// <summary>The secondary holds a prefix of our tree.</summary>
    Holds,

    /// <summary>The signature is not by the key that this secondary is configured with.</summary>
    NotThisSecondary,

    /// <summary>The secondary has more leaves than we have: this primary's store is older than the log.</summary>
    Ahead,

    /// <summary>Same size, another root: one of the two trees is damaged, or they are trees of two logs.</summary>
    Diverged,
}

/// <summary>The comparison of a secondary's tree with the primary's own: a pure function over what both say.</summary>
internal static class Acknowledgement
{
    /// <summary>Judges <paramref name="answer"/> against the local tree.</summary>
    public static AcknowledgementVerdict Judge(
        SignedTreeHead answer, in PublicKey secondaryKey, TreeHead local, INodeReader tree)
    {
        if (!answer.Verify(secondaryKey))
            return AcknowledgementVerdict.NotThisSecondary;
        var theirs = answer.TreeHead;
        if (theirs.Size > local.Size)
            return AcknowledgementVerdict.Ahead;
        var ours = theirs.Size == local.Size ? local.RootHash : ProofBuilder.Root(theirs.Size, tree);
        return ours == theirs.RootHash ? AcknowledgementVerdict.Holds : AcknowledgementVerdict.Diverged;
    }
}
