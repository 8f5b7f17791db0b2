using System.Text.Json;
using Sigsum.Log.Failover;
using Spectre.Console;

namespace Sigsum.Log.Cli.Verbs.Failover;

/// <summary>Prints results: a table on a terminal, plain lines elsewhere, one JSON object for scripts.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    /// <summary>Prints what a command did, or would do.</summary>
    public static void Print(FailoverReport report, bool json, bool dryRun)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(report, Json));
            return;
        }

        Table(report.Steps.Select(step => (step.Name, step.Finding)));
        Console.WriteLine(dryRun ? "Nothing was changed (--dry-run)." : report.Changed ? "Done." : "Nothing was left to do.");
        Console.WriteLine("Left to do:");
        foreach (var line in report.LeftToDo)
            Console.WriteLine($"  - {line}");
    }

    /// <summary>Two columns.</summary>
    public static void Table(IEnumerable<(string Name, string Value)> rows)
    {
        if (Console.IsOutputRedirected)
        {
            foreach (var (name, value) in rows)
                Console.WriteLine($"{name}: {value}");
            return;
        }

        var table = new Table { Border = TableBorder.Rounded, ShowHeaders = false };
        table.AddColumn(new TableColumn("").NoWrap()).AddColumn("");
        foreach (var (name, value) in rows)
            table.AddRow(new Text(name), new Text(value));
        AnsiConsole.Write(table);
    }

    /// <summary>Any value as a JSON object.</summary>
    public static void PrintJson(object value) => Console.WriteLine(JsonSerializer.Serialize(value, Json));
}
