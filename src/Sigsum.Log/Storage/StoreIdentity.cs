using Sigsum.Crypto;

namespace Sigsum.Log.Storage;

/// <summary>How leaves get into a tree; the names are Trillian's.</summary>
internal enum TreeType
{
    /// <summary><c>LOG</c>: this node decides on the order of the leaves.</summary>
    Log,

    /// <summary><c>PREORDERED_LOG</c>: leaves are copied, with their indices, from a primary.</summary>
    PreorderedLog,
}

/// <summary>Whether a tree may grow; the names are Trillian's.</summary>
internal enum TreeState
{
    /// <summary><c>ACTIVE</c>: leaves may be appended.</summary>
    Active,

    /// <summary><c>FROZEN</c>: nothing is appended; role and tree type may be changed.</summary>
    Frozen,
}

/// <summary>What the node that owns a data directory does.</summary>
internal enum NodeRole
{
    /// <summary>Takes leaves from submitters and signs tree heads for the public.</summary>
    Primary,

    /// <summary>Copies the primary's tree and acknowledges what it holds.</summary>
    Secondary,
}

/// <summary>Whose data a data directory holds. Kept inside the store, so that it cannot be separated from the
/// tree.</summary>
/// <param name="FormatVersion">Version of everything that the store writes; see <see cref="StoreFormat"/>.</param>
/// <param name="Role">What this node does.</param>
/// <param name="TreeType">How leaves get into the tree.</param>
/// <param name="TreeState">Whether the tree may grow.</param>
/// <param name="NodeId">Given at birth, never changes; tells two nodes of one log apart.</param>
/// <param name="LogKeyHash">SHA-256 of the log's public key; null until the log's key has been seen. Never changes
/// once it is set.</param>
internal sealed record StoreIdentity(
    int FormatVersion,
    NodeRole Role,
    TreeType TreeType,
    TreeState TreeState,
    Guid NodeId,
    Hash? LogKeyHash)
{
    /// <summary>The identity of a data directory that is about to be born: active, with a new node id.</summary>
    public static StoreIdentity ForNew(NodeRole role, TreeType treeType, Hash? logKeyHash) =>
        new(StoreFormat.Version, role, treeType, TreeState.Active, Guid.NewGuid(), logKeyHash);

    /// <summary>The steps that change what a node does, for one transaction: its tree is frozen, changed, and active.</summary>
    public StoreIdentity[] StepsTo(NodeRole role)
    {
        var type = role == NodeRole.Primary ? TreeType.Log : TreeType.PreorderedLog;
        var frozen = this with { TreeState = TreeState.Frozen };
        var changed = frozen with { Role = role, TreeType = type };
        return [frozen, changed, changed with { TreeState = TreeState.Active }];
    }

    /// <summary>Says why these cannot follow this identity one after the other; null when they can.</summary>
    public string? RefuseSuccessors(IReadOnlyList<StoreIdentity> steps)
    {
        var current = this;
        foreach (var next in steps)
        {
            if (current.RefuseSuccessor(next) is { } refusal)
                return refusal;
            current = next;
        }

        return steps.Count == 0 ? "no identity to change to" : null;
    }

    /// <summary>
    /// Says why <paramref name="next"/> cannot follow this identity; null when it can. Format version, node id and a
    /// known log key stay for life. Role and tree type change only while the tree is frozen, so a change of who
    /// orders the leaves can never race with an append.
    /// </summary>
    public string? RefuseSuccessor(StoreIdentity next) => this switch
    {
        _ when next.FormatVersion != FormatVersion => "the format version of a store cannot be changed",
        _ when next.NodeId != NodeId => "the node id of a store cannot be changed",
        { LogKeyHash: { } known } when next.LogKeyHash != known =>
            $"the store belongs to the log with key hash {known}; this cannot be changed",
        { TreeState: TreeState.Active } when next.TreeType != TreeType =>
            "the tree type can be changed only while the tree is FROZEN",
        { TreeState: TreeState.Active } when next.Role != Role =>
            "the role of the node can be changed only while the tree is FROZEN",
        _ => null,
    };
}
