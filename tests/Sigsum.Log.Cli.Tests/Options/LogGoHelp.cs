using System.Text.RegularExpressions;

namespace Sigsum.Log.Cli.Tests.Options;

/// <summary>
/// What Debian's programs (sigsum-log-go 0.15.2) print for <c>--help</c>, captured once. Regular expressions on text
/// that a program wrote for people: good enough for a text that never changes.
/// </summary>
internal static partial class LogGoHelp
{
    /// <summary>Every option with its default; empty for none.</summary>
    public static IReadOnlyDictionary<string, string> OptionsOf(string program) =>
        Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "LogGo", $"{program}-0.15.2-help.txt")));

    /// <summary>Reads the list below the line of usage.</summary>
    public static IReadOnlyDictionary<string, string> Parse(string help)
    {
        var options = new Dictionary<string, string>();
        foreach (Match option in Option().Matches(help))
        {
            var text = option.Groups["text"].Value;
            options.Add(option.Groups["name"].Value, Default().Match(text).Groups["value"].Value);
        }

        return options;
    }

    [GeneratedRegex(@"^ (-\?,|   ) --(?<name>[a-z-]+)(?<text>.*\n(^ {10,}.*\n)*)", RegexOptions.Multiline)]
    private static partial Regex Option();

    [GeneratedRegex(@"\[(?<value>[^]]*)\]\s*$")]
    private static partial Regex Default();
}
