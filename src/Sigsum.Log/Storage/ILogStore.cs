using Sigsum.Crypto;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Storage;

/// <summary>A node's tree and its records.</summary>
/// <remarks>
/// <para><b>Durability.</b> When <see cref="Commit"/>, <see cref="CommitRecords"/>, <c>UpdateIdentity</c> or
/// <see cref="Truncate"/> returns, everything in it is on stable storage (of a durable backend); when it throws, either all or nothing of it
/// is, and the store is failed. Nothing is ever visible to readers before it is on stable storage.</para>
/// <para><b>Threads.</b> Every read may be called from any thread at any time and waits for no writer. Commits from
/// several threads are made one after the other. Leaves and nodes below <see cref="TreeHead"/> never change.</para>
/// <para><b>Errors.</b> <see cref="StoreException"/> for everything that has to do with the storage or with a broken
/// invariant; a read that meets corrupt data throws it and never returns the data. Arguments out of range are errors
/// of the caller: <see cref="ArgumentOutOfRangeException"/>.</para>
/// </remarks>
internal interface ILogStore : INodeReader, IDisposable
{
    /// <summary>Whose data this is, as last committed.</summary>
    StoreIdentity Identity { get; }

    /// <summary>Size and root of the tree, as last committed. Readers that need several answers about one tree take
    /// it once: all leaves and nodes of a tree stay readable while the tree grows.</summary>
    TreeHead TreeHead { get; }

    /// <summary>Reads everything as it is stored, for whoever checks it.</summary>
    IStoreScan Scan { get; }

    /// <summary>Completes with the first error of a write: the store takes nothing more until it is opened again.</summary>
    Task<StoreException> Failed { get; }

    /// <summary>Index of the leaf with this leaf hash; null when it is not in the tree. The lowest, should a copied
    /// tree hold the leaf twice.</summary>
    ulong? FindLeaf(in Hash leafHash);

    /// <summary>Reads leaves from index <paramref name="start"/> on, as many as the destination holds; all must be in
    /// the tree.</summary>
    void ReadLeaves(ulong start, Span<Leaf> destination);

    /// <summary>The value of a record, as a copy; null when there is none.</summary>
    byte[]? ReadRecord(string key);

    /// <summary>All records whose key starts with the prefix (empty: all), in ordinal order of their keys.</summary>
    IReadOnlyList<StoreRecord> ReadRecords(string prefix);

    /// <summary>Appends leaves: atomic, with one sync. The batch must have been prepared on exactly the tree that the
    /// store holds, and the tree must be active.</summary>
    void Commit(StoreBatch batch);

    /// <summary>Writes and deletes records: atomic, with one sync. Also possible while the tree is frozen.</summary>
    void CommitRecords(IReadOnlyList<StoreRecord> records);

    /// <summary>Changes role, tree type, tree state or a log key hash that was not known, by the rules of
    /// <see cref="StoreIdentity.RefuseSuccessor"/>, together with records: atomic, with one sync.</summary>
    void UpdateIdentity(StoreIdentity next, IReadOnlyList<StoreRecord> records);

    /// <summary>Makes several changes of identity as one, each by the rules of
    /// <see cref="StoreIdentity.RefuseSuccessor"/>, together with records: atomic, with one sync. So a tree can be frozen,
    /// converted and unfrozen without a moment in between that a crash could leave behind.</summary>
    void UpdateIdentity(IReadOnlyList<StoreIdentity> steps, IReadOnlyList<StoreRecord> records);

    /// <summary>Takes off the leaves beyond a prefix of the tree, with all that was derived from them, together with changes
    /// of identity and with records: atomic, with one sync. Only while the tree is frozen, or with a first step that freezes
    /// it, and only to a head that the stored tree has; the caller answers for it that nothing beyond was ever signed. Nobody
    /// may be reading beyond the prefix. Needs about 50 bytes of memory for each leaf that is taken off.</summary>
    void Truncate(TreeHead to, IReadOnlyList<StoreIdentity> steps, IReadOnlyList<StoreRecord> records);
}
