using Sigsum.Crypto;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Storage;

/// <summary>
/// Finds out which entries of the index are wrong, when it is known that some are (<see cref="IndexTally"/>): looks up
/// each leaf by its hash, and then the leaf of each entry.
/// </summary>
internal sealed class IndexSearch(ILogStore store, ulong size, Action<string, ulong?> report)
{
    private ulong _leaf;
    private Hash? _last;
    private bool _explained;

    /// <summary>Looks up at most <paramref name="count"/> further leaves or entries.</summary>
    /// <returns>Whether that was the last.</returns>
    public bool Step(int count)
    {
        try
        {
            if (_leaf < size)
            {
                LookUpLeaves((int)Math.Min((ulong)count, size - _leaf));
                return false;
            }

            if (LookUpEntries(count) == count)
                return false;
        }
        catch (StoreException error)
        {
            Found($"the index cannot be compared with the leaves any further: {error.Message}", 0);
        }

        if (!_explained)
            Found("the index is not that of the leaves, but each entry that was looked up is right", 0);
        return true;
    }

    private void LookUpLeaves(int count)
    {
        var leaves = new Leaf[count];
        store.Scan.ReadLeaves(_leaf, leaves);
        foreach (var leaf in leaves)
        {
            CheckLeaf(leaf.LeafHash(), _leaf);
            _leaf++;
        }
    }

    private void CheckLeaf(in Hash hash, ulong index)
    {
        switch (store.FindLeaf(hash))
        {
            case { } found when found == index:
                return;

            // A tree that was copied may hold a leaf twice; the index then names the first.
            case { } found when found < index && store.ReadNode(new NodeId(0, found)) == hash:
                _explained = true;
                return;

            case { } found:
                Found($"leaf {index} is not found by its hash {hash}, which the index has for leaf {found}", index);
                return;

            default:
                Found($"leaf {index} is not found by its hash {hash}", index);
                return;
        }
    }

    private int LookUpEntries(int count)
    {
        var entries = store.Scan.ReadIndex(_last, count);
        foreach (var (hash, index) in entries)
        {
            _last = hash;
            if (index < size && store.ReadNode(new NodeId(0, index)) != hash)
                Found($"the index has an entry {hash} for leaf {index}, whose hash is another", index);
        }

        return entries.Count;
    }

    private void Found(string text, ulong leaf)
    {
        _explained = true;
        report(text, leaf);
    }
}
