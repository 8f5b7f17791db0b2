using System.Collections.Immutable;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Scrubbing;

/// <summary>What a node knows that its tree must be like, and what is wrong with the records that say so.</summary>
/// <param name="Heads">Heads that the tree must have had.</param>
/// <param name="Problems">One line for each record that is not as it was written.</param>
internal sealed record StoreClaims(ImmutableArray<ClaimedHead> Heads, ImmutableArray<string> Problems);
