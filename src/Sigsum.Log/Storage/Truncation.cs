using Sigsum.Crypto;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Storage;

/// <summary>What both backends check before they take leaves off, and look up in what is taken off.</summary>
internal static class Truncation
{
    private const int ChunkSize = 4096;

    /// <summary>Throws unless the tree is frozen, or is by the first step, and <paramref name="to"/> is a head of it.</summary>
    /// <returns>The identity afterwards.</returns>
    /// <exception cref="StoreException">It is not; nothing was changed.</exception>
    public static StoreIdentity Check(ILogStore store, TreeHead to, IReadOnlyList<StoreIdentity> steps)
    {
        var identity = store.Identity;
        if (identity.TreeState != TreeState.Frozen && steps is not [{ TreeState: TreeState.Frozen }, ..])
            throw new StoreException("leaves can be taken off only while the tree is FROZEN");
        if (steps.Count > 0 && identity.RefuseSuccessors(steps) is { } refusal)
            throw new StoreException(refusal);
        var local = store.TreeHead;
        if (to.Size > local.Size)
            throw new StoreException($"a tree of {local.Size} leaves cannot be taken back to {to.Size}");
        var root = to.Size == local.Size ? local.RootHash : ProofBuilder.Root(to.Size, store);
        if (root != to.RootHash)
            throw new StoreException($"the tree has root {root} for size {to.Size}, not {to.RootHash}: nothing is taken off");
        return steps.Count > 0 ? steps[^1] : identity;
    }

    /// <summary>Hashes of the leaves beyond a size that are found there, and not at a lower index.</summary>
    public static IEnumerable<Hash> Beyond(ILogStore store, ulong size)
    {
        var end = store.TreeHead.Size;
        for (var at = size; at < end;)
        {
            var leaves = new Leaf[Math.Min(ChunkSize, end - at)];
            store.ReadLeaves(at, leaves);
            foreach (var leaf in leaves)
            {
                var hash = leaf.LeafHash();
                if (store.FindLeaf(hash) >= size)
                    yield return hash;
            }

            at += (ulong)leaves.Length;
        }
    }
}
