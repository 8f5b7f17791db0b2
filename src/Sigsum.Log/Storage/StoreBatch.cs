using System.Collections.Immutable;
using System.Numerics;
using Sigsum.Crypto;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Storage;

/// <summary>
/// Leaves to append, with everything that follows from them: hashes, completed nodes and the new tree head. Made only
/// by <see cref="TreeAppender"/>, so what is committed has been hashed by the one piece of code that does so.
/// </summary>
internal sealed class StoreBatch
{
    private StoreBatch(
        TreeHead oldHead,
        ImmutableArray<Leaf> leaves,
        ImmutableArray<Hash> leafHashes,
        ImmutableArray<KeyValuePair<NodeId, Hash>> nodes,
        TreeHead newHead,
        ImmutableArray<StoreRecord> records)
    {
        OldHead = oldHead;
        Leaves = leaves;
        LeafHashes = leafHashes;
        Nodes = nodes;
        NewHead = newHead;
        Records = records;
    }

    /// <summary>The tree on which the batch was prepared; it fits on no other.</summary>
    public TreeHead OldHead { get; }

    /// <summary>Index of the first leaf of the batch.</summary>
    public ulong FirstIndex => OldHead.Size;

    /// <summary>The leaves, in order; at least one.</summary>
    public ImmutableArray<Leaf> Leaves { get; }

    /// <summary>The leaf hash of each leaf.</summary>
    public ImmutableArray<Hash> LeafHashes { get; }

    /// <summary>Every perfect subtree of level 1 and above that these leaves complete.</summary>
    public ImmutableArray<KeyValuePair<NodeId, Hash>> Nodes { get; }

    /// <summary>The tree after the batch.</summary>
    public TreeHead NewHead { get; }

    /// <summary>Records to write in the same transaction.</summary>
    public ImmutableArray<StoreRecord> Records { get; }

    /// <summary>Appends the leaves to <paramref name="range"/>, which must be at <paramref name="oldHead"/>, and
    /// collects what that makes.</summary>
    /// <exception cref="ArgumentException">No leaves, not one hash for each leaf, or a record that cannot be
    /// stored.</exception>
    public static StoreBatch Append(
        CompactRange range,
        TreeHead oldHead,
        IReadOnlyList<Leaf> leaves,
        IReadOnlyList<Hash> leafHashes,
        IReadOnlyList<StoreRecord> records)
    {
        if (range.Size != oldHead.Size)
        {
            throw new ArgumentException($"a range of {range.Size} leaves is not the tree of {oldHead.Size} leaves");
        }

        if (leaves.Count == 0)
        {
            throw new ArgumentException("a batch needs at least one leaf");
        }

        if (leaves.Count != leafHashes.Count)
        {
            throw new ArgumentException($"{leaves.Count} leaves with {leafHashes.Count} leaf hashes");
        }

        StoreRecord.Validate([.. records]);

        var nodes = ImmutableArray.CreateBuilder<KeyValuePair<NodeId, Hash>>(leaves.Count + 64);
        foreach (var hash in leafHashes)
            range.Append(hash, nodes);
        return new StoreBatch(
            oldHead,
            [.. leaves],
            [.. leafHashes],
            nodes.DrainToImmutable(),
            new TreeHead(range.Size, range.Root()),
            [.. records]);
    }

    /// <summary>The checks that every backend makes before it writes: the batch continues the tree that is stored,
    /// and is whole.</summary>
    /// <exception cref="StoreException">The batch must not be stored.</exception>
    public void Check(StoreIdentity identity, TreeHead stored)
    {
        if (identity.TreeState != TreeState.Active)
        {
            throw new StoreException("the tree is FROZEN: nothing can be appended to it");
        }

        if (FirstIndex != stored.Size)
        {
            throw new StoreException(
                $"a batch that starts at index {FirstIndex} does not continue a tree of {stored.Size} leaves");
        }

        if (OldHead != stored)
        {
            throw new StoreException($"the batch was prepared on a tree with root {OldHead.RootHash}, " +
                $"the stored tree of the same size has root {stored.RootHash}");
        }

        if (Leaves.Length != LeafHashes.Length || NewHead.Size != FirstIndex + (ulong)Leaves.Length
            || (ulong)Nodes.Length != NodesBelow(NewHead.Size) - NodesBelow(FirstIndex))
        {
            throw new StoreException($"incomplete batch: {Leaves.Length} leaves, {LeafHashes.Length} leaf hashes and " +
                $"{Nodes.Length} nodes from size {FirstIndex} to size {NewHead.Size}");
        }
    }

    /// <summary>How many perfect subtrees of level 1 and above a tree of this size has.</summary>
    private static ulong NodesBelow(ulong size) => size - (ulong)BitOperations.PopCount(size);
}
