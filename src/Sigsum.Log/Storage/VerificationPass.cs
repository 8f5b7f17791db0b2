using Sigsum.Crypto;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Storage;

/// <summary>
/// Recomputes everything from the bytes of the leaves, a step at a time: leaf hashes, all tree hashes (RFC 6962 section
/// 2.1), the index, the root, and the root at the size of every head that the log is known to have signed. Reads only,
/// each thing once and in the order in which it is stored, and the tree may grow meanwhile: what is checked is the tree
/// of the size that the store had at first.
/// </summary>
/// <remarks>
/// 1. A step hashes some leaves, appends them to a compact range, compares the tree hashes that this completes with the
///    stored ones, and the root where there is a head of that size.
/// 2. The same step reads as many entries of the index. Whether these are exactly those of the leaves is known at the
///    end (<see cref="IndexTally"/>); if they are not, what is wrong is looked for (<see cref="IndexSearch"/>).
/// 3. At last the store's own values: identity and tree head.
/// </remarks>
internal sealed class VerificationPass
{
    /// <summary>After this many problems the rest is not looked for: the store is damaged beyond doubt.</summary>
    public const int MaxProblems = 100;

    private readonly ILogStore _store;
    private readonly ILookup<ulong, ClaimedHead> _claims;
    private readonly CompactRange _range = new();
    private readonly IndexTally _index;
    private readonly List<KeyValuePair<NodeId, Hash>> _completed = [];
    private readonly List<StoreProblem> _problems = [];
    private readonly List<StoreProblem> _wrongRoots = [];
    private Leaf[] _leaves = [];
    private IndexSearch? _search;
    private ulong _agreed;
    private bool _ended;

    /// <summary>Begins with the tree that the store has now.</summary>
    /// <param name="store">What is checked.</param>
    /// <param name="heads">Heads that the tree must have had.</param>
    public VerificationPass(ILogStore store, IReadOnlyList<ClaimedHead> heads)
    {
        _store = store;
        var stored = store.TreeHead;
        Size = stored.Size;
        _index = new IndexTally(store.Scan, Size, Report);
        _claims = heads.Append(new ClaimedHead("the stored tree head", stored)).ToLookup(head => head.TreeHead.Size);
        foreach (var beyond in heads.Where(head => head.TreeHead.Size > Size))
            Report($"{beyond.Name} has {beyond.TreeHead.Size} leaves, the store only {Size}", Size);
        CompareRoots();
        ReportRoots();
    }

    /// <summary>Leaves of the tree that is checked.</summary>
    public ulong Size { get; }

    /// <summary>Leaves checked so far.</summary>
    public ulong Checked => _range.Size;

    /// <summary>Tree hashes above the leaves, checked so far.</summary>
    public ulong Nodes { get; private set; }

    /// <summary>The root that the leaves so far make.</summary>
    public Hash Root => _range.Root();

    /// <summary>What was found so far.</summary>
    public IReadOnlyList<StoreProblem> Problems => _problems;

    /// <summary>Nothing is left to do, or enough was found.</summary>
    public bool IsDone => _ended || _problems.Count >= MaxProblems;

    /// <summary>Checks at most <paramref name="count"/> further leaves, and as many entries of the index.</summary>
    public void Step(int count) => _ended = Advance(count);

    /// <returns>Whether that was the end.</returns>
    private bool Advance(int count)
    {
        if (_search is null)
        {
            if (!TryCheckLeaves((int)Math.Min((ulong)count, Size - Checked)))
                return true;
            if (!_index.Read(count) || Checked < Size)
                return false;
            if (!_index.Agrees)
                _search = new IndexSearch(_store, Size, Report);
        }

        if (_search?.Step(count) == false)
            return false;
        CheckOwnValues();
        return true;
    }

    /// <returns>False when leaves cannot be read: without them nothing behind them can be recomputed.</returns>
    private bool TryCheckLeaves(int count)
    {
        if (_leaves.Length < count)
            _leaves = new Leaf[count];
        var first = Checked;
        var leaves = _leaves.AsSpan(0, count);
        try
        {
            _store.Scan.ReadLeaves(first, leaves);
        }
        catch (StoreException error)
        {
            Report($"leaves from {first} on cannot be read: {error.Message}", first);
            return false;
        }

        _completed.Clear();
        foreach (ref readonly var leaf in leaves)
        {
            var hash = leaf.LeafHash();
            _index.Expect(hash, Checked);
            _range.Append(hash, _completed);
            CompareRoots();
        }

        CompareNodes(first, leaves);
        ReportRoots();
        return true;
    }

    private void CompareNodes(ulong first, ReadOnlySpan<Leaf> leaves)
    {
        IReadOnlyList<KeyValuePair<NodeId, Hash>> stored;
        try
        {
            stored = _store.Scan.ReadNodes(first, Checked);
        }
        catch (StoreException error)
        {
            // The leaves are enough to go on.
            Report($"tree hashes over leaves up to {Checked - 1} cannot be read: {error.Message}", first);
            return;
        }

        var next = 0;
        foreach (var (id, hash) in _completed)
        {
            Nodes++;
            if (next == stored.Count || stored[next].Key != id)
            {
                Report($"tree hash {id.Index} of level {id.Level} is missing", StoreKeys.LastLeaf(id));
                continue;
            }

            if (stored[next++].Value == hash)
                continue;
            if (id.Level == 1)
                NameChanged(id, first, leaves);
            Report($"tree hash {id.Index} of level {id.Level} is not that of its leaves", StoreKeys.LastLeaf(id));
        }
    }

    /// <summary>A tree hash that is not that of two leaves: where the index does not know one of them either, it is the
    /// leaf that has changed.</summary>
    private void NameChanged(NodeId id, ulong first, ReadOnlySpan<Leaf> leaves)
    {
        for (var index = 2 * id.Index; index <= (2 * id.Index) + 1; index++)
        {
            try
            {
                // The left one may have been in the step before.
                var hash = index >= first ? leaves[(int)(index - first)].LeafHash() : _store.ReadNode(new(0, index));
                if (_store.FindLeaf(hash) is null)
                    Report($"leaf {index} has changed: neither index nor tree hash know its hash {hash}", index);
            }
            catch (StoreException)
            {
                // An index that cannot be read is reported where it is read in its order.
            }
        }
    }

    private void CheckOwnValues()
    {
        try
        {
            _store.Scan.CheckOwnValues();
        }
        catch (StoreException error)
        {
            Report(error.Message, null);
        }

        if (_index.Beyond is { } index && index >= _store.TreeHead.Size)
            Report($"the index has an entry for leaf {index}, beyond the end of the tree", index);
    }

    private void CompareRoots()
    {
        foreach (var claim in _claims[Checked])
        {
            if (claim.TreeHead.RootHash == Root)
            {
                _agreed = Checked;
                continue;
            }

            _wrongRoots.Add(new StoreProblem(
                $"{claim.Name} has root {claim.TreeHead.RootHash} for size {Checked}, the leaves make {Root}",
                _agreed));
        }
    }

    /// <summary>After what has made them wrong, where that is known.</summary>
    private void ReportRoots()
    {
        _wrongRoots.ForEach(problem => Report(problem.Text, problem.SoundSize));
        _wrongRoots.Clear();
    }

    private void Report(string text, ulong? soundSize)
    {
        if (_problems.Count < MaxProblems)
            _problems.Add(new StoreProblem(text, soundSize));
    }
}
