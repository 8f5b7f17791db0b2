using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Sigsum.Ascii;

namespace Sigsum.Messages;

/// <summary>How the messages between nodes write node ids (32 hex digits) and URLs (empty for none).</summary>
internal static class NodeText
{
    /// <summary>The longest URL, in bytes.</summary>
    public const int MaxUrlSize = 512;

    private const int IdDigits = 32;

    public static Guid ReadId(ref AsciiReader reader, scoped ReadOnlySpan<byte> key)
    {
        ReadOnlySpan<byte> text = reader.ReadText(key);
        return TryParseId(text, out Guid id)
            ? id
            : throw AsciiValues.Expected(reader.LineNumber, key, $"a node id of {IdDigits} hex digits");
    }

    public static bool TryParseId(ReadOnlySpan<byte> text, out Guid id) =>
        Utf8Parser.TryParse(text, out id, out int used, 'N') && used == text.Length && text.Length == IdDigits;

    public static void WriteId(IBufferWriter<byte> writer, ReadOnlySpan<byte> key, Guid id) =>
        writer.WriteText(key, Encoding.ASCII.GetBytes(id.ToString("N")));

    public static Uri? ReadUrl(ref AsciiReader reader, scoped ReadOnlySpan<byte> key)
    {
        ReadOnlySpan<byte> text = reader.ReadText(key);
        if (text.IsEmpty)
            return null;
        return TryParseUrl(text) ?? throw AsciiValues.Expected(reader.LineNumber, key, Expectation);
    }

    public static void WriteUrl(IBufferWriter<byte> writer, ReadOnlySpan<byte> key, Uri? url) =>
        writer.WriteText(key, Encoding.ASCII.GetBytes(url?.AbsoluteUri ?? ""));

    /// <exception cref="ArgumentException">The URL could not be read back.</exception>
    public static void CheckUrl(Uri? url)
    {
        if (url is not null && (!url.IsAbsoluteUri || TryParseUrl(Encoding.ASCII.GetBytes(url.AbsoluteUri)) is null))
            throw new ArgumentException($"the URL of a node must be {Expectation}: {url}");
    }

    /// <summary>One spelling each: what would be written in another way is not read.</summary>
    public static Uri? TryParseUrl(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text.Length > MaxUrlSize || text.ContainsAnyExceptInRange((byte)'!', (byte)'~'))
            return null;
        string written = Encoding.ASCII.GetString(text);
        return Uri.TryCreate(written, UriKind.Absolute, out Uri? url)
            && url.Scheme is "http" or "https" && url.AbsoluteUri == written
            && url.Query.Length == 0 && url.Fragment.Length == 0 && url.UserInfo.Length == 0
            ? url
            : null;
    }

    public static string Expectation => $"an http or https URL of at most {MaxUrlSize} bytes, without query";
}
