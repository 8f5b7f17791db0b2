using Sigsum.Crypto;

namespace Sigsum.Merkle;

/// <summary>Where the hashes of perfect subtrees are read from, usually a store.</summary>
public interface INodeReader
{
    /// <summary>The hash of one perfect subtree.</summary>
    /// <param name="id">A subtree whose leaves are all there; at level 0 the leaf hash.</param>
    /// <returns>The hash. A reader that does not have it throws what its documentation says, and never guesses.</returns>
    Hash ReadNode(NodeId id);

    /// <summary>The hashes of several perfect subtrees, for readers to which one question costs less than many.</summary>
    /// <param name="ids">Subtrees as for <see cref="ReadNode"/>, in any order; at most 126.</param>
    /// <param name="hashes">Receives the hash of each; as long as <paramref name="ids"/>.</param>
    /// <exception cref="ArgumentException">The two have different lengths.</exception>
    void ReadNodes(ReadOnlySpan<NodeId> ids, Span<Hash> hashes)
    {
        if (ids.Length != hashes.Length)
            throw new ArgumentException($"{ids.Length} nodes, and room for {hashes.Length}", nameof(hashes));
        for (int i = 0; i < ids.Length; i++)
            hashes[i] = ReadNode(ids[i]);
    }
}
