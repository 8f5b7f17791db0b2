using System.Globalization;
using System.Text.Json;
using Sigsum.Testing;

namespace Sigsum.Log.Cli.Tests.Commands;

/// <summary>docs/operating/json.md, which a document must fit exactly: each field is described, and each one described is there.</summary>
internal static class JsonManual
{
    /// <summary>The section on what is printed where there is no result.</summary>
    public const string Errors = "A command that does not do it";

    private static readonly Dictionary<string, Dictionary<string, string>> Sections = Read();

    /// <summary>The commands that the page describes.</summary>
    public static IEnumerable<string> Commands => Sections.Keys.Where(name => name != Errors);

    /// <summary>Fields of a command that may be left out.</summary>
    public static IEnumerable<string> Optional(string command) =>
        Sections[command].Where(field => IsOptional(field.Value)).Select(field => field.Key);

    /// <summary>Holds what a command has printed against the page; returns the fields that were there.</summary>
    public static IReadOnlySet<string> Check(string command, JsonElement printed)
    {
        var seen = new HashSet<string>();
        Check(Sections[command], "", printed, seen);
        return seen;
    }

    private static void Check(Dictionary<string, string> fields, string prefix, JsonElement printed, HashSet<string> seen)
    {
        foreach (var property in printed.EnumerateObject())
        {
            var name = prefix + property.Name;
            Assert.True(fields.TryGetValue(name, out var value), $"{name} is printed, and the page does not have it");
            Assert.True(Fits(value, property.Value), $"{name} is {property.Value.GetRawText()}, and the page says: {value}");
            seen.Add(name);
            if (property.Value.ValueKind == JsonValueKind.Object)
                Check(fields, name + ".", property.Value, seen);
            if (property.Value.ValueKind == JsonValueKind.Array && value == "list")
            {
                foreach (var item in property.Value.EnumerateArray())
                    Check(fields, name + "[].", item, seen);
            }
        }

        foreach (var (name, value) in fields)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal) && !name[prefix.Length..].Contains('.', StringComparison.Ordinal))
                Assert.True(IsOptional(value) || seen.Contains(name), $"the page has {name}, and it is not printed");
        }
    }

    private static bool IsOptional(string value) => value.EndsWith(", if known", StringComparison.Ordinal);

    private static bool Fits(string value, JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Null)
            return value.EndsWith(" or null", StringComparison.Ordinal);
        var text = element.ValueKind == JsonValueKind.String ? element.GetString()! : null;
        return value.Replace(" or null", "", StringComparison.Ordinal).Replace(", if known", "", StringComparison.Ordinal) switch
        {
            "text" => text is { Length: > 0 } && !text.Contains('\n', StringComparison.Ordinal),
            "word" => text is { Length: > 0 },
            "flag" => element.ValueKind is JsonValueKind.True or JsonValueKind.False,
            "number" => element.ValueKind == JsonValueKind.Number && element.TryGetUInt64(out _),
            "hex" => text is { Length: 64 } && text.All(char.IsAsciiHexDigitLower),
            "id" => Guid.TryParseExact(text, "D", out _),
            "url" => Uri.TryCreate(text, UriKind.Absolute, out _),
            "time" => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _),
            "object" => element.ValueKind == JsonValueKind.Object,
            "list" => element.ValueKind == JsonValueKind.Array
                && element.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object),
            "list of text" => element.ValueKind == JsonValueKind.Array
                && element.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String),
            _ => throw new InvalidOperationException($"the page has a value that it does not explain: {value}"),
        };
    }

    private static Dictionary<string, Dictionary<string, string>> Read()
    {
        var sections = new Dictionary<string, Dictionary<string, string>>();
        Dictionary<string, string> fields = [];
        foreach (var line in File.ReadLines(Repository.PathOf("docs", "operating", "json.md")))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
            {
                fields = [];
                foreach (var command in line[3..].Split(", "))
                    sections.Add(command, fields);
            }
            else if (line.StartsWith("| `", StringComparison.Ordinal))
            {
                var cells = line.Trim('|').Split(" | ");
                Assert.Equal(3, cells.Length);
                fields.Add(cells[0].Trim().Trim('`'), cells[1]);
            }
        }

        return sections;
    }
}
