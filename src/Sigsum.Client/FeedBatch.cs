using Sigsum.Messages;

namespace Sigsum.Client;

/// <summary>What a primary's feed answered.</summary>
/// <param name="Leaves">Leaves from the start that was asked for; empty at the end of the primary's tree.</param>
/// <param name="PrimaryTree">
/// The primary's tree head at exactly the start plus the number of leaves, if the primary says so; it is not signed.
/// </param>
/// <param name="WaitSupported">
/// Whether the primary holds requests until there are leaves. If not, it has to be polled.
/// </param>
/// <param name="Node">Which node answered, if it says so.</param>
public sealed record FeedBatch(
    IReadOnlyList<Leaf> Leaves, TreeHead? PrimaryTree, bool WaitSupported, NodeGreeting? Node = null)
{
    /// <summary>Whether there was no leaf at the start that was asked for.</summary>
    public bool IsEnd => Leaves.Count == 0;
}
