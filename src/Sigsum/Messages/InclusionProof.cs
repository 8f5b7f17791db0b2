using System.Collections.Immutable;
using Sigsum.Crypto;

namespace Sigsum.Messages;

/// <summary>Shows that a leaf is in a tree of a known size (RFC 6962 section 2.1.1).</summary>
/// <param name="LeafIndex">Index of the leaf, from 0.</param>
/// <param name="Path">Hashes from the leaf's sibling up to the root's child.</param>
public sealed record InclusionProof(ulong LeafIndex, ImmutableArray<Hash> Path);
