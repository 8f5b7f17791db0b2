using Microsoft.Extensions.Logging;
using Sigsum.Log.Hosting;
using Sigsum.Log.Publication;
using Sigsum.Log.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Failover;

/// <summary>What became of a published head that a secondary was told.</summary>
internal enum KnownHeadVerdict
{
    /// <summary>It is stored, or one that is at least as large was before.</summary>
    Stored,

    /// <summary>Its tree is larger than the one that is held here; it will be compared on the way.</summary>
    Behind,

    /// <summary>It is not signed by the log, or this node does not know the log's key yet.</summary>
    NotThisLog,

    /// <summary>It is signed by the log and is no head of the tree that is held here.</summary>
    Contradicts,
}

/// <summary>
/// The latest tree head of the log that a secondary knows to be published, verified and stored, so that a promotion needs
/// no file carried over. A head that contradicts what is stored here ends this node's right to acknowledge.
/// </summary>
internal sealed partial class KnownHead(ILogStore store, SecondaryRole role, NodeServices services)
{
    private readonly ILogger _logger = services.Logger<KnownHead>();
    private readonly Lock _gate = new();
    private CosignedTreeHead? _current = Publisher.LoadPublished(store, null);
    private TreeHead? _ahead;

    /// <summary>The latest head that is stored here, or null.</summary>
    public CosignedTreeHead? Current => Volatile.Read(ref _current);

    /// <summary>A signed head beyond the local tree, which the leaves on the way must lead to; null for none.</summary>
    public TreeHead? Expected
    {
        get
        {
            lock (_gate)
                return _ahead is { } head && head.Size > store.TreeHead.Size ? head : null;
        }
    }

    /// <summary>Takes note of a head that the primary is about to publish.</summary>
    public KnownHeadVerdict Learn(CosignedTreeHead head)
    {
        var signed = head.SignedTreeHead;
        if (RosterRecord.Load(store) is not { } roster || !signed.Verify(roster.LogKey))
            return KnownHeadVerdict.NotThisLog;
        lock (_gate)
        {
            var local = store.TreeHead;
            if (signed.TreeHead.Size > local.Size)
            {
                if (_ahead is not { } known || signed.TreeHead.Size < known.Size || known.Size <= local.Size)
                    _ahead = signed.TreeHead;
                return KnownHeadVerdict.Behind;
            }

            if (!IsHere(signed.TreeHead))
                return KnownHeadVerdict.Contradicts;
            if (_current is { } current && current.SignedTreeHead.TreeHead.Size > signed.TreeHead.Size)
                return KnownHeadVerdict.Stored;
            store.CommitRecords([Publisher.ToStore(head)]);
            Volatile.Write(ref _current, head);
            return KnownHeadVerdict.Stored;
        }
    }

    /// <summary>Whether a tree that would be stored here contradicts the head that is expected.</summary>
    /// <returns>False, and the right to acknowledge is gone, when it does.</returns>
    public bool Accepts(TreeHead next)
    {
        if (Expected is not { } expected || expected.Size != next.Size || expected == next)
            return true;
        Contradicted(expected, next.RootHash);
        return false;
    }

    private bool IsHere(TreeHead signed)
    {
        var root = ProofBuilder.Root(signed.Size, store);
        if (root == signed.RootHash)
            return true;
        Contradicted(signed, root);
        return false;
    }

    private void Contradicted(TreeHead signed, Crypto.Hash ours)
    {
        var reason = $"the log has signed root {signed.RootHash} for size {signed.Size}, here it is {ours}: this store is not "
            + "the log's, or damaged; compare the nodes with `sigsum-log verify`";
        if (role.Revoke(reason))
            Contradicts(_logger, reason);
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "nothing is acknowledged any more: {Reason}")]
    private static partial void Contradicts(ILogger logger, string reason);
}
