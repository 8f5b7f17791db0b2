using System.Collections.Immutable;
using Sigsum.Crypto;

namespace Sigsum.Log.KeyShares;

/// <summary>One of the shares that a log key was split into.</summary>
/// <param name="KeyHash">Hash of the public key that belongs to the private key.</param>
/// <param name="SplitId">Random, the same for all shares that were made together; shares of two splits do not mix.</param>
/// <param name="Shares">How many shares were made.</param>
/// <param name="Threshold">How many of them give the key.</param>
/// <param name="Index">Which one this is, from 1.</param>
/// <param name="Data">The share of the private key's 32-byte seed. Secret.</param>
internal sealed record KeyShare(
    Hash KeyHash, ulong SplitId, int Shares, int Threshold, int Index, ImmutableArray<byte> Data)
{
    /// <summary>The fewest shares that a key can be brought back from: one would be a copy of the key.</summary>
    public const int MinThreshold = 2;

    /// <summary>The most shares: all subsets of them can be tried.</summary>
    public const int MaxShares = 16;

    /// <summary>Whether both come from the same split of the same key.</summary>
    public bool BelongsWith(KeyShare other) =>
        (KeyHash, SplitId, Shares, Threshold) == (other.KeyHash, other.SplitId, other.Shares, other.Threshold);

    /// <summary>Which one it is, and nothing secret.</summary>
    public override string ToString() => $"share {Index} of {Shares}";
}
