using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sigsum.Crypto;

namespace Sigsum.Log.KeyShares;

/// <summary>
/// Shares as they are printed on paper and typed in again: lines <c>name=value</c>, the secret in four short lines of hex
/// which have a checksum each, and a checksum over all. Case and spaces in hex, empty lines and lines that begin with
/// <c>#</c> do not matter.
/// </summary>
internal static class KeyShareText
{
    /// <summary>The longest text that is read, in characters: all shares of one key, with remarks.</summary>
    public const int MaxLength = 64 * 1024;

    private const int LineSize = 8;
    private const int LineCheckSize = 2;
    private const int CheckSize = 4;
    private const string First = "sigsum-log-key-share";

    private static readonly ImmutableArray<string> Names =
    [
        First, "key-hash", "split-id", "shares", "threshold", "index",
        .. Enumerable.Range(1, Ed25519Signer.SeedSize / LineSize).Select(DataName), "check",
    ];

    /// <summary>Writes a share, with what its keeper must know.</summary>
    public static string Format(KeyShare share)
    {
        var lines = string.Create(CultureInfo.InvariantCulture, $"""
            # Share {share.Index} of {share.Shares} of a Sigsum log's private key; any {share.Threshold} of them give the key.
            # Keep it secret, and away from the other shares. To bring the key back:
            #   sigsum-log key combine --share-file=FILE --share-file=FILE ... --output-file=KEY-FILE

            """);
        return lines + string.Concat(Values(share).Append(("check", Convert.ToHexStringLower(Check(share))))
            .Select(line => $"{line.Item1}={line.Item2}\n"));
    }

    /// <summary>Reads all shares of a text; there must be at least one.</summary>
    /// <param name="text">What is in a file.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="KeyShareException">Something was typed wrongly; the message names file and line.</exception>
    public static ImmutableArray<KeyShare> Parse(string text, string source)
    {
        if (text.Length > MaxLength)
            throw new KeyShareException($"{source}: not a share: longer than {MaxLength} characters");
        var shares = ImmutableArray.CreateBuilder<KeyShare>();
        var fields = new List<string>();
        var number = 0;
        foreach (var line in text.Split('\n').Select(line => line.Trim()))
        {
            number++;
            if (line.Length == 0 || line.StartsWith('#'))
                continue;
            fields.Add(Value(line, Names[fields.Count], $"{source}, line {number}"));
            if (fields.Count != Names.Length)
                continue;
            shares.Add(Read(fields, $"{source}, line {number}"));
            fields.Clear();
        }

        if (fields.Count > 0)
            throw new KeyShareException($"{source}: the share is cut off: {Names[fields.Count]}= is missing");
        return shares.Count > 0
            ? shares.DrainToImmutable()
            : throw new KeyShareException($"{source}: there is no share in it; a share begins with {First}=1");
    }

    private static string DataName(int line) => string.Create(CultureInfo.InvariantCulture, $"data-{line}");

    private static string Value(string line, string name, string place)
    {
        var equals = line.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0 || line[..equals].Trim() != name)
            throw new KeyShareException($"{place}: expected {name}=");
        var value = line[(equals + 1)..].Trim();
        // Told by the line, while it is known which one it is.
        if (name.StartsWith("data-", StringComparison.Ordinal))
            Data(value, int.Parse(name.AsSpan("data-".Length), CultureInfo.InvariantCulture), place);
        return value;
    }

    private static KeyShare Read(List<string> fields, string place)
    {
        if (fields[0] != "1")
            throw new KeyShareException($"{place}: the share is of version '{Short(fields[0])}'; this program reads version 1");
        var share = new KeyShare(
            new Hash(Hex(fields[1], Hash.Size, "key-hash", place)),
            Convert.ToUInt64(Convert.ToHexString(Hex(fields[2], sizeof(ulong), "split-id", place)), 16),
            Number(fields[3], "shares", place),
            Number(fields[4], "threshold", place),
            Number(fields[5], "index", place),
            [.. Enumerable.Range(1, Ed25519Signer.SeedSize / LineSize).SelectMany(i => Data(fields[5 + i], i, place))]);
        if (!CryptographicOperations.FixedTimeEquals(Check(share), Hex(fields[^1], CheckSize, "check", place)))
        {
            throw new KeyShareException(
                $"{place}: the checksum does not fit, though the data does: key-hash, split-id, shares, threshold, index or "
                + "check was typed wrongly");
        }

        return share switch
        {
            { Shares: > KeyShare.MaxShares } or { Threshold: < KeyShare.MinThreshold } or { Index: < 1 } =>
                throw new KeyShareException($"{place}: shares, threshold or index is out of range"),
            _ when share.Threshold > share.Shares || share.Index > share.Shares =>
                throw new KeyShareException($"{place}: threshold or index is more than shares"),
            _ => share,
        };
    }

    private static byte[] Data(string text, int line, string place)
    {
        var bytes = Hex(text, LineSize + LineCheckSize, DataName(line), place);
        return bytes.AsSpan(LineSize).SequenceEqual(LineCheck(line, bytes.AsSpan(0, LineSize)))
            ? bytes[..LineSize]
            : throw new KeyShareException($"{place}: {DataName(line)} was typed wrongly; compare it with the paper");
    }

    private static byte[] Hex(string text, int size, string name, string place)
    {
        var bytes = new byte[size];
        var digits = string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
        return digits.Length == 2 * size
            && Convert.FromHexString(digits, bytes, out _, out _) == System.Buffers.OperationStatus.Done
            ? bytes
            : throw new KeyShareException($"{place}: {name} must be {2 * size} hex digits");
    }

    private static int Number(string text, string name, string place) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new KeyShareException($"{place}: {name} must be a whole number");

    private static IEnumerable<(string Name, string Value)> Values(KeyShare share)
    {
        yield return (First, "1");
        yield return ("key-hash", Grouped(share.KeyHash.AsSpan()));
        yield return ("split-id", share.SplitId.ToString("x16", CultureInfo.InvariantCulture));
        yield return ("shares", share.Shares.ToString(CultureInfo.InvariantCulture));
        yield return ("threshold", share.Threshold.ToString(CultureInfo.InvariantCulture));
        yield return ("index", share.Index.ToString(CultureInfo.InvariantCulture));
        for (var line = 1; line <= share.Data.Length / LineSize; line++)
        {
            var bytes = share.Data.AsSpan().Slice((line - 1) * LineSize, LineSize);
            yield return (DataName(line), Grouped([.. bytes, .. LineCheck(line, bytes)]));
        }
    }

    /// <summary>Hex in groups that an eye can follow.</summary>
    private static string Grouped(ReadOnlySpan<byte> bytes) =>
        string.Join(' ', Convert.ToHexStringLower(bytes).Chunk(8).Select(group => new string(group)));

    private static byte[] LineCheck(int line, ReadOnlySpan<byte> bytes) =>
        SHA256.HashData([.. "sigsum-log/key-share-line/v1\0"u8, (byte)line, .. bytes])[..LineCheckSize];

    private static byte[] Check(KeyShare share)
    {
        var text = string.Concat(Values(share).Select(line => $"{line.Name}={line.Value}\n"));
        return SHA256.HashData([.. "sigsum-log/key-share/v1\0"u8, .. Encoding.ASCII.GetBytes(text)])[..CheckSize];
    }

    private static string Short(string text) => text.Length <= 16 ? text : text[..16] + "...";
}
