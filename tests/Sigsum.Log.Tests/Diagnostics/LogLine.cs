using System.Globalization;
using System.Text;

namespace Sigsum.Log.Tests.Diagnostics;

/// <summary>Reads a line back into its pairs, the way a collector would.</summary>
internal static class LogLine
{
    public static List<KeyValuePair<string, string>> Parse(string line)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        int at = 0;
        while (at < line.Length)
        {
            int equals = line.IndexOf('=', at);
            string key = line[at..equals];
            Assert.All(key, c => Assert.True(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_', line));
            at = equals + 1;
            string value = at < line.Length && line[at] == '"' ? Quoted(line, ref at) : Bare(line, ref at);
            pairs.Add(new(key, value));
            Assert.True(at == line.Length || line[at] == ' ', line);
            at++;
        }
        return pairs;
    }

    private static string Bare(string line, ref int at)
    {
        int end = line.IndexOf(' ', at);
        string value = end < 0 ? line[at..] : line[at..end];
        at += value.Length;
        return value;
    }

    private static string Quoted(string line, ref int at)
    {
        var value = new StringBuilder();
        for (at++; line[at] != '"'; at++)
        {
            if (line[at] != '\\')
            {
                value.Append(line[at]);
                continue;
            }
            at++;
            if (line[at] == 'u')
            {
                int close = line.IndexOf('}', at);
                value.Append(new Rune(int.Parse(line[(at + 2)..close], NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
                at = close;
            }
            else
            {
                value.Append(line[at] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', char c => c });
            }
        }
        at++;
        return value.ToString();
    }
}
