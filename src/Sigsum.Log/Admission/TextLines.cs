using System.Collections.Immutable;
using System.Text;

namespace Sigsum.Log.Admission;

/// <summary>The lines of a small UTF-8 text file, and the errors found in them.</summary>
internal sealed class TextLines
{
    /// <summary>A file with more errors is not the file that was meant; the first ones show it.</summary>
    private const int MaxErrors = 50;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly List<string> _errors = [];
    private readonly string _fileName;
    private readonly ReadOnlyMemory<byte> _bytes;

    /// <summary>Creates the reader.</summary>
    /// <param name="fileName">How error messages name the file.</param>
    /// <param name="bytes">The content.</param>
    public TextLines(string fileName, ReadOnlyMemory<byte> bytes)
    {
        _fileName = fileName;
        _bytes = bytes;
    }

    /// <summary>The lines with their numbers, counted from 1. One that is not UTF-8 becomes an error.</summary>
    public IEnumerable<(int Number, string Text)> Read()
    {
        var rest = _bytes;
        for (int number = 1; rest.Length > 0; number++)
        {
            int end = rest.Span.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (TryDecode(line.Span, out string text))
                yield return (number, text);
            else
                AddError(number, "is not valid UTF-8");
        }
    }

    /// <summary>Notes what is wrong with a line; the message follows "line N".</summary>
    public void AddError(int line, string problem)
    {
        if (_errors.Count < MaxErrors)
            _errors.Add($"{_fileName}: line {line}: {problem}");
    }

    /// <summary>Throws when any error was noted.</summary>
    public void ThrowIfErrors()
    {
        if (_errors.Count > 0)
            throw new RateLimitFileException([.. _errors]);
    }

    private static bool TryDecode(ReadOnlySpan<byte> bytes, out string text)
    {
        try
        {
            text = StrictUtf8.GetString(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            text = "";
            return false;
        }
    }
}
