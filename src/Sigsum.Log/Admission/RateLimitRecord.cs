using System.Globalization;
using System.Text;
using Sigsum.Crypto;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Admission;

/// <summary>
/// The stored form of one count: key <c>rate-limit/DAY/ID</c>, value <c>1 KIND COUNT NAME</c> in UTF-8, where DAY is the
/// window, ID the hex hash of kind and name (a name may be longer than a key can be) and 1 the version of this format.
/// </summary>
/// <remarks>What bumps the version: any change of the fields, of the window's length or of what a name means.</remarks>
/// <param name="Day">Days since 1970-01-01, UTC.</param>
/// <param name="Counter">What is counted.</param>
/// <param name="Count">Leaves added in that window; at least 1.</param>
internal readonly record struct RateLimitRecord(long Day, CounterName Counter, int Count)
{
    /// <summary>Every key starts with this.</summary>
    public const string Prefix = "rate-limit/";

    private const string Version = "1";

    /// <summary>The record's key.</summary>
    public string Key()
    {
        var id = Hash.Sha256(Encoding.UTF8.GetBytes($"{(byte)Counter.Kind} {Counter.Name}"));
        return string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Day}/{id}");
    }

    /// <summary>The record to store.</summary>
    public StoreRecord ToStore() => new(Key(), Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{Version} {(byte)Counter.Kind} {Count} {Counter.Name}")));

    /// <summary>Reads a stored record.</summary>
    /// <exception cref="SigsumFormatException">It is not one of ours, or of a version that is not known.</exception>
    public static RateLimitRecord Parse(StoreRecord stored)
    {
        string[] fields = Encoding.UTF8.GetString(stored.Value.Span).Split(' ');
        string[] key = stored.Key.Split('/');
        if (fields.Length == 4 && fields[0] == Version && key.Length == 3
            && TryParse(key[1], out int day) && TryParse(fields[1], out int kind) && TryParse(fields[2], out int count)
            && kind is >= (int)LimitKind.Key and <= (int)LimitKind.Public && count > 0)
        {
            var record = new RateLimitRecord(day, new CounterName((LimitKind)kind, fields[3]), count);
            if (record.Key() == stored.Key)
                return record;
        }

        throw new SigsumFormatException($"the stored rate limit count {stored.Key} is damaged or of an unknown version");
    }

    private static bool TryParse(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
