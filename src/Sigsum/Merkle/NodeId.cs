namespace Sigsum.Merkle;

/// <summary>
/// Names a perfect subtree: its leaves are <c>[Index &lt;&lt; Level, (Index + 1) &lt;&lt; Level)</c>. Once these
/// leaves exist the node's hash never changes, whatever is appended later.
/// </summary>
/// <param name="Level">Height above the leaves, from 0 (the leaf hash itself) to 62.</param>
/// <param name="Index">Position among the nodes of that level, from 0.</param>
public readonly record struct NodeId(int Level, ulong Index);
