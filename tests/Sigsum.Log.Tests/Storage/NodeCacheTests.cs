using Sigsum.Crypto;
using Sigsum.Log.Storage;
using Sigsum.Merkle;

namespace Sigsum.Log.Tests.Storage;

/// <summary>Upper nodes in memory: each has its place, and is never taken for another.</summary>
public sealed class NodeCacheTests
{
    private readonly NodeCache _cache = new();

    [Fact]
    public void All_upper_nodes_of_a_tree_have_room_at_once()
    {
        const ulong groups = 4096; // of 256 leaves: a tree of a million
        foreach (NodeId id in NodesOf(groups))
            _cache.Put(id, HashOf(id));
        foreach (NodeId id in NodesOf(groups))
        {
            Assert.True(_cache.TryGet(id, out Hash hash), $"{id} is gone");
            Assert.Equal(HashOf(id), hash);
        }
    }

    [Fact]
    public void A_node_at_the_place_of_another_is_not_taken_for_it()
    {
        var random = new Random(1);
        for (int i = 0; i < 500_000; i++)
        {
            int level = random.Next(StoreKeys.UpperLevel, StoreKeys.MaxLevel + 1);
            var id = new NodeId(level, (ulong)random.NextInt64(1L << Math.Min(30, StoreKeys.MaxLevel - level)));
            if (_cache.TryGet(id, out Hash hash))
                Assert.Equal(HashOf(id), hash);
            _cache.Put(id, HashOf(id));
            Assert.True(_cache.TryGet(id, out _));
        }
    }

    private static IEnumerable<NodeId> NodesOf(ulong groups)
    {
        for (int level = StoreKeys.UpperLevel; groups >> (level - StoreKeys.UpperLevel) > 0; level++)
        {
            for (ulong index = 0; index < groups >> (level - StoreKeys.UpperLevel); index++)
                yield return new NodeId(level, index);
        }
    }

    private static Hash HashOf(NodeId id) => Hash.Sha256([(byte)id.Level, .. BitConverter.GetBytes(id.Index)]);
}
