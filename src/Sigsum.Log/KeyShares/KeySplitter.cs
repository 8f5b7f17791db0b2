using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Sigsum.Crypto;
using Sigsum.Log.Pipeline;

namespace Sigsum.Log.KeyShares;

/// <summary>Splits a private key into shares, and proves them before anybody gets one.</summary>
internal static class KeySplitter
{
    /// <summary>Splits a key.</summary>
    /// <param name="key">The private key.</param>
    /// <param name="threshold">How many shares give it back, from <see cref="KeyShare.MinThreshold"/>.</param>
    /// <param name="count">How many shares there are, up to <see cref="KeyShare.MaxShares"/>.</param>
    /// <returns>The shares as they are printed, in order; every subset of them that is large enough, and no subset that is
    /// one too small, has given this key back.</returns>
    public static ImmutableArray<string> Split(Ed25519Signer key, int threshold, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threshold, KeyShare.MinThreshold);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, KeyShare.MaxShares);
        var seed = key.ExportSeed();
        var shares = Shamir.Split(seed, threshold, count);
        try
        {
            var id = BinaryPrimitives.ReadUInt64BigEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));
            var texts = shares.Select((data, i) => KeyShareText.Format(
                new KeyShare(key.PublicKey.KeyHash(), id, count, threshold, i + 1, [.. data]))).ToImmutableArray();
            Prove(key.PublicKey, seed, threshold, texts);
            return texts;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
            foreach (var share in shares)
                CryptographicOperations.ZeroMemory(share);
        }
    }

    /// <summary>What is proved is what is printed: the texts are read as they will be after years in a safe.</summary>
    private static void Prove(PublicKey key, byte[] seed, int threshold, ImmutableArray<string> texts)
    {
        var read = texts.Select((text, i) => KeyShareText.Parse(text, $"share {i + 1}").Single()).ToList();
        foreach (var subset in Subsets.OfSize(read, threshold))
        {
            using var recovered = KeyCombiner.Recover(subset);
            var again = recovered.ExportSeed();
            var same = CryptographicOperations.FixedTimeEquals(seed, again);
            CryptographicOperations.ZeroMemory(again);
            Invariant.Check(same && recovered.PublicKey == key, "shares that were just made do not give the key back");
        }

        foreach (var subset in Subsets.OfSize(read, threshold - 1))
        {
            using var recovered = KeyCombiner.Recover(subset);
            Invariant.Check(recovered.PublicKey != key, "fewer shares than the threshold give the key");
        }
    }
}
