using Sigsum.Crypto;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Storage;

/// <summary>
/// Reads what a store holds in the order in which it lies there, and leaves the caches as they are. May be used while
/// the store is written to; what is below the tree head does not change.
/// </summary>
/// <remarks>Errors are those of <see cref="ILogStore"/>: <see cref="StoreException"/> for whatever cannot be read, or
/// is not in the form in which it is written.</remarks>
internal interface IStoreScan
{
    /// <summary>As <see cref="ILogStore.ReadLeaves"/>.</summary>
    void ReadLeaves(ulong start, Span<Leaf> destination);

    /// <summary>All stored tree hashes of level 1 and above that the leaves from <paramref name="start"/> to before
    /// <paramref name="end"/> completed, in the order in which they did, lowest level first.</summary>
    IReadOnlyList<KeyValuePair<NodeId, Hash>> ReadNodes(ulong start, ulong end);

    /// <summary>Entries of the index in the order of their hashes, from the first after <paramref name="after"/> (null:
    /// the very first) on, at most <paramref name="count"/>; none behind the last. Those of a commit that is about to
    /// return may be among them.</summary>
    IReadOnlyList<KeyValuePair<Hash, ulong>> ReadIndex(Hash? after, int count);

    /// <summary>Throws unless identity and tree head are stored as the store knows them. Returns after a commit that
    /// was under way has become visible.</summary>
    void CheckOwnValues();
}
