using Sigsum.Crypto;
using Sigsum.Log.Bench.Servers;

namespace Sigsum.Log.Bench.Parts;

/// <summary>Paths of GET calls on a tree, drawn at random and each time the same.</summary>
/// <param name="size">The published size.</param>
/// <param name="leafHash">Draws the hash of a leaf that is there.</param>
internal sealed class ReadPaths(ulong size, Func<Random, Hash> leafHash)
{
    private const int Count = 20_000;
    private const ulong MaxRange = 512;

    /// <summary>Of a tree that <see cref="LargeTree"/> made.</summary>
    public static ReadPaths OfLargeTree(ulong size) =>
        new(size, random => LargeTree.LeafAt((ulong)random.NextInt64((long)size)).LeafHash());

    /// <summary>Each call with its paths.</summary>
    public IEnumerable<(string Call, string[] Paths)> All()
    {
        yield return ("get-tree-head", ["get-tree-head"]);
        yield return ("get-inclusion-proof", Draw(random => $"get-inclusion-proof/{size}/{leafHash(random)}"));
        yield return ("get-consistency-proof", Draw(random => $"get-consistency-proof/{random.NextInt64(1, (long)size)}/{size}"));
        ulong range = Math.Min(MaxRange, size / 2);
        yield return ($"get-leaves of {range}", Draw(random =>
        {
            ulong start = (ulong)random.NextInt64((long)(size - range));
            return $"get-leaves/{start}/{start + range}";
        }));
    }

    private static string[] Draw(Func<Random, string> path)
    {
        Random random = new(1);
        return [.. Enumerable.Range(0, Count).Select(_ => path(random))];
    }
}
