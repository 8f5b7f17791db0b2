using System.Collections.Immutable;
using Sigsum.Crypto;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Storage;

/// <summary>A tree head that the tree must have had, and where it comes from.</summary>
internal sealed record ClaimedHead(string Name, TreeHead TreeHead);

/// <summary>What was recomputed, and everything that did not agree.</summary>
/// <param name="Leaves">Leaves read and hashed.</param>
/// <param name="Nodes">Tree hashes above the leaves, recomputed and compared.</param>
/// <param name="Recomputed">The tree head that the leaves make.</param>
/// <param name="Problems">One line each, at most <see cref="StoreVerifier.MaxProblems"/>; empty for a whole store.</param>
internal sealed record VerificationReport(
    ulong Leaves, ulong Nodes, TreeHead Recomputed, ImmutableArray<string> Problems)
{
    /// <summary>Nothing disagreed.</summary>
    public bool IsWhole => Problems.IsEmpty;
}

/// <summary>
/// Recomputes everything from the bytes of the leaves: leaf hashes and their index entries, all tree hashes (RFC 6962
/// section 2.1), the root, and the root at the size of every head that the log is known to have signed. Reads only.
/// </summary>
internal sealed class StoreVerifier(ILogStore store)
{
    /// <summary>After this many problems the rest is not looked for: the store is damaged beyond doubt.</summary>
    public const int MaxProblems = 100;

    private const int BatchSize = 4096;

    private readonly CompactRange _range = new();
    private readonly List<string> _problems = [];
    private ulong _nodes;

    /// <summary>Reads and recomputes the whole tree.</summary>
    /// <param name="heads">Heads that the tree must have had.</param>
    /// <param name="progress">Told the number of leaves done, after each batch.</param>
    /// <param name="cancellationToken">Ends it between two batches.</param>
    public VerificationReport Run(
        IReadOnlyList<ClaimedHead> heads, IProgress<ulong>? progress, CancellationToken cancellationToken)
    {
        var stored = store.TreeHead;
        var claims = heads.Append(new ClaimedHead("the stored tree head", stored)).ToLookup(head => head.TreeHead.Size);
        foreach (var beyond in heads.Where(head => head.TreeHead.Size > stored.Size))
            Problem($"{beyond.Name} has {beyond.TreeHead.Size} leaves, the store only {stored.Size}");

        CompareRoots(claims[0]);
        var leaves = new Leaf[BatchSize];
        while (_range.Size < stored.Size && _problems.Count < MaxProblems)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var batch = leaves.AsSpan(0, (int)Math.Min(BatchSize, stored.Size - _range.Size));
            if (!TryRead(batch))
                break;
            foreach (var leaf in batch)
            {
                Append(leaf.LeafHash());
                CompareRoots(claims[_range.Size]);
            }

            progress?.Report(_range.Size);
        }

        return new VerificationReport(
            _range.Size, _nodes, new TreeHead(_range.Size, _range.Root()), [.. _problems.Take(MaxProblems)]);
    }

    private bool TryRead(Span<Leaf> batch)
    {
        try
        {
            store.ReadLeaves(_range.Size, batch);
            return true;
        }
        catch (StoreException error)
        {
            Problem($"leaves from {_range.Size} on cannot be read: {error.Message}");
            return false;
        }
    }

    private void Append(Hash leafHash)
    {
        var index = _range.Size;
        var completed = new List<KeyValuePair<NodeId, Hash>>();
        _range.Append(leafHash, completed);
        CheckIndex(leafHash, index);
        foreach (var (id, hash) in completed)
        {
            _nodes++;
            Check(
                () => store.ReadNode(id) == hash, $"tree hash {id.Index} of level {id.Level} is not that of its leaves");
        }
    }

    /// <summary>A tree that was copied may hold a leaf twice; the index then names the first.</summary>
    private void CheckIndex(Hash leafHash, ulong index) => Check(
        () => store.FindLeaf(leafHash) is { } found
            && (found == index || (found < index && store.ReadNode(new NodeId(0, found)) == leafHash)),
        $"leaf {index} is not found by its hash {leafHash}");

    private void CompareRoots(IEnumerable<ClaimedHead> claims)
    {
        foreach (var claim in claims)
        {
            if (claim.TreeHead.RootHash != _range.Root())
            {
                Problem($"{claim.Name} has root {claim.TreeHead.RootHash} for size {claim.TreeHead.Size}, the leaves "
                    + $"make {_range.Root()}");
            }
        }
    }

    private void Check(Func<bool> holds, string otherwise)
    {
        try
        {
            if (!holds())
                Problem(otherwise);
        }
        catch (StoreException error)
        {
            Problem($"{otherwise}: {error.Message}");
        }
    }

    private void Problem(string text) => _problems.Add(text);
}
