using System.Globalization;
using System.Text;

namespace Sigsum.Log.Storage;

/// <summary>
/// A small named value that is kept beside the tree, such as a rate-limit count or a promotion record. The store does
/// not look into it: the part that writes a record is its only reader, and gives it a version of its own.
/// </summary>
/// <param name="Key">1 to <see cref="MaxKeyLength"/> printable ASCII characters without spaces, by convention
/// <c>part/name</c>.</param>
/// <param name="Value">At most <see cref="MaxValueLength"/> bytes. An empty value deletes the record.</param>
internal readonly record struct StoreRecord(string Key, ReadOnlyMemory<byte> Value)
{
    /// <summary>Longest key, in characters.</summary>
    public const int MaxKeyLength = 255;

    /// <summary>Longest value, in bytes: a record is read whole and lives in the write buffer until it is
    /// flushed.</summary>
    public const int MaxValueLength = 1 << 20;

    /// <summary>A record that is a number, in decimal.</summary>
    public static StoreRecord OfNumber(string key, ulong number) =>
        new(key, Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture)));

    /// <summary>Throws unless every record can be stored.</summary>
    /// <exception cref="ArgumentException">A key or value is out of bounds.</exception>
    public static void Validate(ReadOnlySpan<StoreRecord> records)
    {
        foreach (var record in records)
        {
            ValidateKey(record.Key);
            if (record.Value.Length > MaxValueLength)
            {
                throw new ArgumentException(
                    $"record {record.Key} has {record.Value.Length} bytes, more than {MaxValueLength}");
            }
        }
    }

    /// <summary>Throws unless a record can have this key.</summary>
    /// <exception cref="ArgumentException">The key is empty, too long, or not printable ASCII.</exception>
    public static void ValidateKey(string key)
    {
        if (key.Length is 0 or > MaxKeyLength || key.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw new ArgumentException(
                $"'{key}' cannot be a record key: 1 to {MaxKeyLength} printable ASCII characters");
        }
    }
}
