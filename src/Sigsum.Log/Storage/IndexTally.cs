using System.Buffers.Binary;
using Sigsum.Crypto;

namespace Sigsum.Log.Storage;

/// <summary>
/// Compares the entries that the leaves should have in the index with those that it has, each read once and in its
/// own order: the sums of a hash of each entry are equal only if the entries are. Looking leaves up one by one would
/// read the index at random, a block for each leaf.
/// </summary>
/// <remarks>A tree that was copied may hold a leaf twice, and the index only the first of them; then the sums differ
/// although nothing is wrong, and <see cref="IndexSearch"/> tells.</remarks>
internal sealed class IndexTally(IStoreScan scan, ulong size, Action<string, ulong?> report)
{
    private UInt128 _expected;
    private UInt128 _found;
    private Hash? _last;
    private bool _read;
    private bool _unreadable;

    /// <summary>The highest leaf for which there is an entry although the tree that is checked ends before it: one that
    /// was appended meanwhile, or damage. Null for none.</summary>
    public ulong? Beyond { get; private set; }

    /// <summary>Whether all entries, once they were read, are those of the leaves. True also where they could not be
    /// read, which is reported.</summary>
    public bool Agrees => _unreadable || _expected == _found;

    /// <summary>A leaf of the tree has this hash.</summary>
    public void Expect(in Hash leafHash, ulong index) => _expected += Fingerprint(leafHash, index);

    /// <summary>Reads at most <paramref name="count"/> further entries.</summary>
    /// <returns>Whether the last has been read.</returns>
    public bool Read(int count)
    {
        if (_read)
            return true;
        try
        {
            var entries = scan.ReadIndex(_last, count);
            foreach (var (hash, index) in entries)
                Add(hash, index);
            _read = entries.Count < count;
        }
        catch (StoreException error)
        {
            report($"index entries from {_last?.ToString() ?? "the first"} on cannot be read: {error.Message}", 0);
            _unreadable = _read = true;
        }

        return _read;
    }

    private void Add(in Hash hash, ulong index)
    {
        _last = hash;
        if (index < size)
            _found += Fingerprint(hash, index);
        else
            Beyond = Math.Max(index, Beyond ?? 0);
    }

    private static UInt128 Fingerprint(in Hash hash, ulong index)
    {
        Span<byte> entry = stackalloc byte[Hash.Size + sizeof(ulong)];
        hash.AsSpan().CopyTo(entry);
        BinaryPrimitives.WriteUInt64BigEndian(entry[Hash.Size..], index);
        return BinaryPrimitives.ReadUInt128BigEndian(Hash.Sha256(entry).AsSpan());
    }
}
