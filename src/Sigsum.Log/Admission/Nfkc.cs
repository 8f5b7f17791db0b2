using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Sigsum.Log.Admission;

/// <summary>
/// Unicode normalization form KC (Unicode Standard Annex 15) from a table of our own, because the base library only
/// normalizes where libicu is installed and otherwise returns its input unchanged, and a log's counters must not depend
/// on that. See docs/decisions/0010-domain-names-without-libicu.md.
/// </summary>
internal static class Nfkc
{
    // Hangul syllables are composed and decomposed by arithmetic (The Unicode Standard, section 3.12).
    private const int HangulS = 0xAC00;
    private const int HangulL = 0x1100;
    private const int HangulV = 0x1161;
    private const int HangulT = 0x11A7;
    private const int HangulLCount = 19;
    private const int HangulVCount = 21;
    private const int HangulTCount = 28;
    private const int HangulSCount = HangulLCount * HangulVCount * HangulTCount;

    private static readonly Lazy<Tables> Loaded = new(Tables.Load);

    /// <summary>Normalizes.</summary>
    /// <returns>False when the text is not valid UTF-16.</returns>
    public static bool TryNormalize(string text, [NotNullWhen(true)] out string? normal)
    {
        normal = null;
        var decomposed = new List<int>(text.Length);
        var tables = Loaded.Value;
        for (int i = 0; i < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, i, out var rune))
                return false;
            i += rune.Utf16SequenceLength;
            Decompose(rune.Value, tables, decomposed);
        }

        SortMarks(decomposed, tables);
        Compose(decomposed, tables);
        var output = new StringBuilder(text.Length);
        foreach (int codePoint in decomposed)
            output.Append(new Rune(codePoint));
        normal = output.ToString();
        return true;
    }

    private static void Decompose(int codePoint, Tables tables, List<int> output)
    {
        int s = codePoint - HangulS;
        if (s is >= 0 and < HangulSCount)
        {
            output.Add(HangulL + (s / (HangulVCount * HangulTCount)));
            output.Add(HangulV + (s / HangulTCount % HangulVCount));
            if (s % HangulTCount != 0)
                output.Add(HangulT + (s % HangulTCount));
        }
        else if (tables.Decompositions.TryGetValue(codePoint, out int[]? mapping))
        {
            output.AddRange(mapping);
        }
        else
        {
            output.Add(codePoint);
        }
    }

    /// <summary>Canonical ordering: stable sort of each run of marks by their class.</summary>
    private static void SortMarks(List<int> text, Tables tables)
    {
        for (int i = 1; i < text.Count; i++)
        {
            int codePoint = text[i];
            int mark = tables.ClassOf(codePoint);
            int j = i;
            for (; mark != 0 && j > 0 && tables.ClassOf(text[j - 1]) > mark; j--)
                text[j] = text[j - 1];
            text[j] = codePoint;
        }
    }

    /// <summary>Canonical composition, in place.</summary>
    private static void Compose(List<int> text, Tables tables)
    {
        int length = 0, starter = -1, lastClass = 0;
        foreach (int codePoint in text.ToArray())
        {
            int mark = tables.ClassOf(codePoint);
            bool adjacent = starter == length - 1;
            if (starter >= 0 && (adjacent || (lastClass < mark && lastClass != 0))
                && TryCompose(text[starter], codePoint, tables, out int composite))
            {
                text[starter] = composite;
                continue;
            }

            if (mark == 0)
                starter = length;
            lastClass = mark;
            text[length++] = codePoint;
        }

        text.RemoveRange(length, text.Count - length);
    }

    private static bool TryCompose(int first, int second, Tables tables, out int composite)
    {
        int l = first - HangulL, v = second - HangulV, s = first - HangulS, t = second - HangulT;
        if (l is >= 0 and < HangulLCount && v is >= 0 and < HangulVCount)
        {
            composite = HangulS + (((l * HangulVCount) + v) * HangulTCount);
            return true;
        }

        if (s is >= 0 and < HangulSCount && s % HangulTCount == 0 && t is > 0 and < HangulTCount)
        {
            composite = first + t;
            return true;
        }

        return tables.Compositions.TryGetValue((first, second), out composite);
    }

    /// <summary>The embedded table; read once, when the first name that is not ASCII is seen.</summary>
    private sealed class Tables
    {
        private readonly Dictionary<int, int> _classes = [];

        public Dictionary<int, int[]> Decompositions { get; } = [];

        public Dictionary<(int First, int Second), int> Compositions { get; } = [];

        public static Tables Load()
        {
            var tables = new Tables();
            using var stream = typeof(Nfkc).Assembly.GetManifestResourceStream("Sigsum.Log.Admission.nfkc.txt")
                ?? throw new InvalidOperationException("the normalization table is not embedded in the assembly");
            using var reader = new StreamReader(stream);
            while (reader.ReadLine() is { } line)
            {
                if (line.Length > 0 && line[0] != '#')
                    tables.Add(line);
            }

            return tables;
        }

        public int ClassOf(int codePoint) => _classes.GetValueOrDefault(codePoint);

        /// <summary>Lines: <c>d CODE CODES</c> (full compatibility decomposition), <c>p FIRST SECOND COMPOSITE</c>,
        /// <c>c FIRST LAST CLASS</c> (class decimal, the rest hex).</summary>
        private void Add(string line)
        {
            string[] fields = line.Split(' ');
            switch (fields[0])
            {
                case "d":
                    Decompositions.Add(Hex(fields[1]), [.. fields[2..].Select(Hex)]);
                    break;
                case "p":
                    Compositions.Add((Hex(fields[1]), Hex(fields[2])), Hex(fields[3]));
                    break;
                case "c":
                    for (int codePoint = Hex(fields[1]); codePoint <= Hex(fields[2]); codePoint++)
                        _classes.Add(codePoint, int.Parse(fields[3], CultureInfo.InvariantCulture));
                    break;
                default:
                    throw new InvalidOperationException($"the normalization table has an unknown line '{line}'");
            }
        }

        private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
