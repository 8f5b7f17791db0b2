using System.Globalization;
using System.Text;
using Sigsum.Ascii;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Scrubbing;

/// <summary>
/// What a scrubber has found, as the store remembers it: the next start begins where this one ended, closed, and nobody promotes
/// the node. A complete pass that finds nothing takes the mark away.
/// </summary>
internal static class DamageMark
{
    /// <summary>Name of the stored record: <see cref="StoreProblem.SoundSize"/>, or a dash, and the text, one a line.</summary>
    public const string RecordKey = "damage";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>What was found; null for nothing.</summary>
    /// <exception cref="StoreException">The record is damaged.</exception>
    public static StoreProblem? Load(ILogStore store) => store.ReadRecord(RecordKey) is { } bytes ? Parse(bytes) : null;

    /// <summary>Reads the record.</summary>
    /// <exception cref="StoreException">It is damaged.</exception>
    public static StoreProblem Parse(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)'\n');
        if (end > 0 && TryReadSize(bytes[..end], out var size) && TryReadText(bytes[(end + 1)..], out var text))
            return new StoreProblem(text, size);
        throw new StoreException("the stored mark of damage is damaged itself");
    }

    /// <summary>What was found, as it is stored.</summary>
    public static StoreRecord ToStore(StoreProblem problem) => new(RecordKey, Strict.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"{problem.SoundSize?.ToString(CultureInfo.InvariantCulture) ?? "-"}\n{problem.Text}")));

    /// <summary>Takes the mark away.</summary>
    public static StoreRecord None { get; } = new(RecordKey, default);

    private static bool TryReadSize(ReadOnlySpan<byte> bytes, out ulong? size)
    {
        var isNumber = Decimal63.TryParse(bytes, out var number);
        size = isNumber ? number : null;
        return isNumber || bytes.SequenceEqual("-"u8);
    }

    private static bool TryReadText(ReadOnlySpan<byte> bytes, out string text)
    {
        try
        {
            text = Strict.GetString(bytes);
            return text.Length > 0;
        }
        catch (DecoderFallbackException)
        {
            text = "";
            return false;
        }
    }
}
