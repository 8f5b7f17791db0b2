using Sigsum.Crypto;
using Sigsum.Log.Simulation.Machine;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Simulation.Checking;

/// <summary>
/// All that was ever signed, acknowledged and shown, known to nobody inside the world: the one list of leaves that all of it
/// must agree with. The first thing that does not ends the story.
/// </summary>
internal sealed class Truth(Story story)
{
    private readonly List<Hash> _leaves = [];
    private readonly List<Hash> _roots = [TreeHead.Empty.RootHash];
    private readonly CompactRange _range = new();
    private readonly Dictionary<Hash, ulong> _index = [];
    private ulong _committed;

    /// <summary>What was broken first; null while nothing was.</summary>
    public BrokenPromiseException? Broken { get; private set; }

    /// <summary>The largest size that was ever signed.</summary>
    public ulong Signed => (ulong)_leaves.Count;

    /// <summary>The largest size that a client has seen.</summary>
    public ulong Shown { get; private set; }

    /// <summary>Leaves that were acknowledged with 200.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>Heads that were signed.</summary>
    public int Heads { get; private set; }

    /// <summary>The latest epoch in which anything was signed.</summary>
    public ulong Epoch { get; private set; }

    /// <summary>A tree head was signed with the log key.</summary>
    /// <param name="by">Who did.</param>
    /// <param name="tree">The tree that it holds.</param>
    /// <param name="head">What was signed.</param>
    /// <param name="epoch">The epoch that it believes in.</param>
    /// <param name="others">The other nodes and what they hold now, or have held when they said so.</param>
    /// <param name="needed">How many of them must hold the tree.</param>
    public void OnSigned(
        Process by, StoredTree tree, TreeHead head, ulong epoch, IEnumerable<(string Host, IEnumerable<StoredTree> Trees)> others, int needed)
    {
        Heads++;
        story.Tell(by.Host, $"signs size {head.Size}, epoch {epoch}");
        if (epoch < Epoch)
            Break("one signer", $"{by.Name} signs in epoch {epoch} after a head was signed in epoch {Epoch}");
        Epoch = Math.Max(Epoch, epoch);
        Learn(by, tree, head);
        if (head.Size < _committed)
            Break("200 means kept", $"{by.Name} signs size {head.Size}, and leaves up to {_committed} have got 200");
        var holding = others.Where(other => other.Trees.Any(held => Holds(held, head))).Select(other => other.Host).ToList();
        if (holding.Count < needed)
        {
            Break("replicated before signed",
                $"{by.Name} signs size {head.Size}, held by {holding.Count} others ({string.Join(", ", holding)}), {needed} needed");
        }
    }

    /// <summary>A node answers 200 for a leaf.</summary>
    /// <param name="by">Which one.</param>
    /// <param name="leaf">The leaf.</param>
    /// <param name="size">Of the head on its disk, as it is there if the power fails now.</param>
    public void OnAcknowledging(string by, Hash leaf, ulong size)
    {
        if (_index.TryGetValue(leaf, out var index) && index >= size)
            Break("durable before seen", $"{by} answers 200 for leaf {index}, and has a head of size {size} on its disk for certain");
    }

    /// <summary>A submitter got 200.</summary>
    public void OnAcknowledged(Hash leaf)
    {
        Acknowledged++;
        if (!_index.TryGetValue(leaf, out var index))
            Break("200 means kept", $"leaf {leaf} got 200, and no signed head covers it");
        else
            _committed = Math.Max(_committed, index + 1);
    }

    /// <summary>Somebody was shown a head.</summary>
    /// <param name="head">The head.</param>
    /// <param name="shownBefore">The largest size that was shown before it was asked for.</param>
    public void OnShown(TreeHead head, ulong shownBefore)
    {
        if (!IsTrue(head))
            Break("append-only", $"a head of size {head.Size} was shown that is none of this log's");
        if (head.Size < shownBefore)
            Break("never backwards", $"size {head.Size} was shown after size {shownBefore}");
        Shown = Math.Max(Shown, head.Size);
    }

    /// <summary>Whether this is a head of the one true tree, as far as it was signed.</summary>
    public bool IsTrue(TreeHead head) => head.Size <= Signed && _roots[(int)head.Size] == head.RootHash;

    /// <summary>Whether all that was ever signed is in a tree.</summary>
    public bool IsHeldBy(StoredTree tree) => Holds(tree, new TreeHead(Signed, _roots[(int)Signed]));

    /// <summary>At the end: everything that was signed is in a tree.</summary>
    public void CheckKept(string host, StoredTree tree)
    {
        if (tree.Head.Size < Signed || ProofBuilder.Root(Signed, tree) != _roots[^1])
            Break("200 means kept", $"{host} has a tree of size {tree.Head.Size} that does not contain the {Signed} signed leaves");
    }

    /// <summary>Ends the story.</summary>
    public void Break(string invariant, string what)
    {
        story.Tell("BROKEN", $"{invariant}: {what}");
        Broken ??= new BrokenPromiseException(invariant, what);
    }

    private static bool Holds(StoredTree tree, TreeHead head) =>
        tree.Head.Size >= head.Size && ProofBuilder.Root(head.Size, tree) == head.RootHash;

    private void Learn(Process by, StoredTree tree, TreeHead head)
    {
        if (head.Size <= Signed)
        {
            if (!IsTrue(head))
                Break("append-only", $"{by.Name} signs another tree of size {head.Size}: a fork");
            return;
        }

        if (tree.Head.Size < head.Size || ProofBuilder.Root(head.Size, tree) != head.RootHash)
        {
            Break("durable before seen", $"{by.Name} signs size {head.Size} and holds {tree.Head.Size}");
            return;
        }

        if (ProofBuilder.Root(Signed, tree) != _roots[^1])
        {
            Break("append-only", $"{by.Name} signs size {head.Size}, which does not continue size {Signed}: a fork");
            return;
        }

        for (var index = Signed; index < head.Size; index++)
        {
            var hash = tree.LeafHash(index);
            _range.Append(hash);
            _leaves.Add(hash);
            _roots.Add(_range.Root());
            _index.TryAdd(hash, index);
        }
    }
}
