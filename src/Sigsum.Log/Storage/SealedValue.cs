using System.Security.Cryptography;
using System.Text;

namespace Sigsum.Log.Storage;

/// <summary>
/// A value of which the store has no second copy, with the first bytes of a SHA-256 over its key and itself behind it.
/// Leaves, tree hashes and index vouch for each other; a node's id, a lost node or a count has nothing else to be held
/// against, and a byte that changed in memory before it was written has the right checksum in the database's files.
/// </summary>
internal static class SealedValue
{
    /// <summary>Bytes behind each value.</summary>
    public const int SealSize = 8;

    /// <summary>The value as it is stored under a key.</summary>
    public static byte[] Close(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        byte[] stored = new byte[value.Length + SealSize];
        value.CopyTo(stored);
        WriteSeal(key, value, stored.AsSpan(value.Length));
        return stored;
    }

    /// <summary>The value that is stored under a key.</summary>
    /// <exception cref="StoreException">Key or value are not as they were written.</exception>
    public static byte[] Open(ReadOnlySpan<byte> key, ReadOnlySpan<byte> stored)
    {
        Span<byte> seal = stackalloc byte[SealSize];
        if (stored.Length >= SealSize)
        {
            var value = stored[..^SealSize];
            WriteSeal(key, value, seal);
            if (seal.SequenceEqual(stored[^SealSize..]))
                return value.ToArray();
        }

        throw new StoreException($"'{Encoding.ASCII.GetString(key)}' is not stored as it was written: the store is damaged");
    }

    private static void WriteSeal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, Span<byte> seal)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> sum = stackalloc byte[SHA256.HashSizeInBytes];
        // The length keeps a byte from moving from the key into the value; no key is longer than StoreRecord.MaxKeyLength.
        hash.AppendData([(byte)key.Length]);
        hash.AppendData(key);
        hash.AppendData(value);
        hash.GetHashAndReset(sum);
        sum[..SealSize].CopyTo(seal);
    }
}
