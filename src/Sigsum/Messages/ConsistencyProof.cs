using System.Collections.Immutable;
using Sigsum.Crypto;

namespace Sigsum.Messages;

/// <summary>Shows that one tree is a prefix of a larger one (RFC 6962 section 2.1.2).</summary>
/// <param name="Path">Hashes in the order of RFC 6962; empty where the trees are equal or the old one is empty.</param>
public sealed record ConsistencyProof(ImmutableArray<Hash> Path);
