using Sigsum.Crypto;

namespace Sigsum.Tests.Merkle;

/// <summary>
/// RFC 6962 section 2.1 word by word, recursive and slow: the definition that everything else is compared with. To
/// reach sizes near 2^63 all leaves are equal but for the marked ones; a perfect subtree without marked leaves depends
/// on its height only.
/// </summary>
internal sealed class NaiveTree(SortedSet<ulong> marked, bool allMarked = false)
{
    private readonly Dictionary<(ulong Begin, ulong Count), Hash> _roots = [];
    private readonly Dictionary<ulong, Hash> _uniformRoots = [];

    /// <summary>A tree in which every leaf is different.</summary>
    public static NaiveTree Distinct() => new([], allMarked: true);

    public Hash Leaf(ulong index) =>
        IsUniform(index, 1) ? LeafHash([0xff]) : LeafHash(BitConverter.GetBytes(index));

    /// <summary>MTH(D[begin:begin+count]).</summary>
    public Hash Root(ulong begin, ulong count)
    {
        if (count == 0)
        {
            return Hash.Sha256([]);
        }

        bool uniform = IsUniform(begin, count) && ulong.IsPow2(count);
        if (uniform ? _uniformRoots.TryGetValue(count, out Hash known) : _roots.TryGetValue((begin, count), out known))
        {
            return known;
        }

        ulong k = Split(count);
        Hash root = count == 1 ? Leaf(begin) : NodeHash(Root(begin, k), Root(begin + k, count - k));
        if (uniform)
        {
            _uniformRoots[count] = root;
        }
        else
        {
            _roots[(begin, count)] = root;
        }

        return root;
    }

    /// <summary>PATH(m, D[begin:begin+count]).</summary>
    public IEnumerable<Hash> Path(ulong m, ulong begin, ulong count)
    {
        if (count == 1)
        {
            return [];
        }

        ulong k = Split(count);
        return m < k
            ? Path(m, begin, k).Append(Root(begin + k, count - k))
            : Path(m - k, begin + k, count - k).Append(Root(begin, k));
    }

    /// <summary>PROOF(m, D[0:count]), 0 &lt; m &lt;= count.</summary>
    public IEnumerable<Hash> Proof(ulong m, ulong count) => SubProof(m, 0, count, complete: true);

    private IEnumerable<Hash> SubProof(ulong m, ulong begin, ulong count, bool complete)
    {
        if (m == count)
        {
            return complete ? [] : [Root(begin, count)];
        }

        ulong k = Split(count);
        return m <= k
            ? SubProof(m, begin, k, complete).Append(Root(begin + k, count - k))
            : SubProof(m - k, begin + k, count - k, complete: false).Append(Root(begin, k));
    }

    private bool IsUniform(ulong begin, ulong count) =>
        !allMarked && marked.GetViewBetween(begin, begin + (count - 1)).Count == 0;

    /// <summary>The largest power of two smaller than count.</summary>
    private static ulong Split(ulong count)
    {
        ulong k = 1;
        while (k < count - k)
        {
            k *= 2;
        }

        return k;
    }

    private static Hash LeafHash(byte[] data) => Hash.Sha256([0, .. data]);

    private static Hash NodeHash(Hash left, Hash right) =>
        Hash.Sha256([1, .. left.AsSpan(), .. right.AsSpan()]);
}
