using System.Numerics;
using Sigsum.Crypto;
using Sigsum.Merkle;

namespace Sigsum.Log.Storage;

/// <summary>
/// Upper nodes (<see cref="StoreKeys.UpperLevel"/> and above) that were read, in memory. They never change, and a proof in
/// a large tree needs a dozen of them or more, each of which the database looks for in its own way. Safe for use by several
/// threads.
/// </summary>
/// <remarks>Nodes are numbered in the order in which they come to be, and each has one place, by its number. There are
/// places for all of a tree of 16 million leaves; in larger trees nodes take each other's place.</remarks>
internal sealed class NodeCache
{
    /// <summary>Bound on the nodes in memory, of 72 bytes each: 9 MiB.</summary>
    public const int Capacity = 1 << 17;

    private readonly Entry?[] _entries = new Entry?[Capacity];

    /// <summary>Looks for a node.</summary>
    public bool TryGet(NodeId id, out Hash hash)
    {
        var entry = Volatile.Read(ref _entries[Place(id)]);
        bool found = entry is not null && entry.Id == id;
        hash = found ? entry!.Hash : default;
        return found;
    }

    /// <summary>Keeps a node.</summary>
    public void Put(NodeId id, in Hash hash) => Volatile.Write(ref _entries[Place(id)], new Entry(id, hash));

    private static int Place(NodeId id)
    {
        // So many upper nodes are complete with the leaves before the last 256 of this one, and those below it then.
        ulong before = StoreKeys.LastLeaf(id) >> StoreKeys.UpperLevel;
        ulong number = (2 * before) - (ulong)BitOperations.PopCount(before) + (ulong)(id.Level - StoreKeys.UpperLevel);
        return (int)(number % Capacity);
    }

    private sealed record Entry(NodeId Id, Hash Hash);
}
