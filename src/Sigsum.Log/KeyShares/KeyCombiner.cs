using System.Security.Cryptography;
using Sigsum.Crypto;

namespace Sigsum.Log.KeyShares;

/// <summary>A share, and what messages call it: the file that it was read from.</summary>
/// <param name="Share">The share.</param>
/// <param name="Source">Where it comes from.</param>
internal readonly record struct NamedShare(KeyShare Share, string Source);

/// <summary>Brings a private key back from its shares.</summary>
internal static class KeyCombiner
{
    /// <summary>Combines shares. All that are given must be good, also those beyond the threshold.</summary>
    /// <returns>The private key, which belongs to the key hash that the shares name.</returns>
    /// <exception cref="KeyShareException">
    /// Shares do not belong together, are too few, or were altered; the message names the bad one where that can be told.
    /// </exception>
    public static Ed25519Signer Combine(IReadOnlyList<NamedShare> shares)
    {
        CheckTogether(shares);
        var one = shares[0].Share;
        if (shares.Count < one.Threshold)
        {
            var missing = Enumerable.Range(1, one.Shares).Except(shares.Select(named => named.Share.Index));
            throw new KeyShareException(
                $"{shares.Count} of {one.Threshold} shares are here; bring {one.Threshold - shares.Count} more of the "
                + $"shares {string.Join(", ", missing)}");
        }

        foreach (var subset in Subsets.OfSize(shares, one.Threshold))
        {
            var chosen = subset.Select(named => named.Share).ToList();
            var key = Recover(chosen);
            if (key.PublicKey.KeyHash() != one.KeyHash)
            {
                key.Dispose();
                continue;
            }

            var bad = shares.Where(named => !FitsTo(chosen, named.Share)).Select(Named).ToList();
            if (bad.Count == 0)
                return key;
            key.Dispose();
            throw new KeyShareException($"altered, leave out: {string.Join(", ", bad)}; the other shares give the key");
        }

        throw new KeyShareException(
            $"the shares do not give the key {one.KeyHash}: one of them was altered. Which one cannot be told from "
            + $"{shares.Count}; try with another of the {one.Shares} shares");
    }

    /// <summary>The key that shares give, whether it is the right one or not.</summary>
    public static Ed25519Signer Recover(IReadOnlyList<KeyShare> shares)
    {
        var seed = At(shares, 0);
        try
        {
            return Ed25519Signer.FromSeed(seed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    private static void CheckTogether(IReadOnlyList<NamedShare> shares)
    {
        // Most are right: a stray share is named, whichever it is in the row.
        var most = shares.GroupBy(named => (named.Share.KeyHash, named.Share.SplitId, named.Share.Shares,
            named.Share.Threshold)).MaxBy(group => group.Count())!.First();
        foreach (var named in shares)
        {
            if (!named.Share.BelongsWith(most.Share))
            {
                throw new KeyShareException(named.Share.KeyHash == most.Share.KeyHash
                    ? $"{Named(named)} was made at another time than {Named(most)}; shares of two splits do not mix"
                    : $"{Named(named)} belongs to another key ({named.Share.KeyHash}) than {Named(most)}");
            }
        }

        foreach (var same in shares.GroupBy(named => named.Share.Index).Where(group => group.Count() > 1))
        {
            throw new KeyShareException(
                $"{string.Join(" and ", same.Select(named => named.Source))} are the same share {same.Key}; leave one out");
        }
    }

    private static bool FitsTo(IReadOnlyList<KeyShare> good, KeyShare share) =>
        CryptographicOperations.FixedTimeEquals(At(good, (byte)share.Index), share.Data.AsSpan());

    private static byte[] At(IReadOnlyList<KeyShare> shares, byte index) => Shamir.Interpolate(
        shares.Select(share => (byte)share.Index).ToArray(), [.. shares.Select(share => share.Data.ToArray())], index);

    private static string Named(NamedShare named) => $"{named.Source} ({named.Share})";
}
