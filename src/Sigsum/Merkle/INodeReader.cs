using Sigsum.Crypto;

namespace Sigsum.Merkle;

/// <summary>Where the hashes of perfect subtrees are read from, usually a store.</summary>
public interface INodeReader
{
    /// <summary>The hash of one perfect subtree.</summary>
    /// <param name="id">A subtree whose leaves are all there; at level 0 the leaf hash.</param>
    /// <returns>The hash. A reader that does not have it throws what its documentation says, and never guesses.</returns>
    Hash ReadNode(NodeId id);
}
