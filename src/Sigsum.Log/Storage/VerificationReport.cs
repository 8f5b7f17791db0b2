using System.Collections.Immutable;
using Sigsum.Messages;

namespace Sigsum.Log.Storage;

/// <summary>What was recomputed, and everything that did not agree.</summary>
/// <param name="Leaves">Leaves read and hashed.</param>
/// <param name="Nodes">Tree hashes above the leaves, recomputed and compared.</param>
/// <param name="Recomputed">The tree head that the leaves make.</param>
/// <param name="Problems">One line each, at most <see cref="VerificationPass.MaxProblems"/>; empty for a whole
/// store.</param>
internal sealed record VerificationReport(
    ulong Leaves, ulong Nodes, TreeHead Recomputed, ImmutableArray<string> Problems)
{
    /// <summary>Nothing disagreed.</summary>
    public bool IsWhole => Problems.IsEmpty;
}
