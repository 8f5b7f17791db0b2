using System.Text.Encodings.Web;
using System.Text.Json;
using Sigsum.Log.Failover;
using Spectre.Console;

namespace Sigsum.Log.Cli.Verbs;

/// <summary>
/// Prints results: a table on a terminal, plain lines elsewhere, one JSON object for scripts, whose fields
/// docs/operating/json.md lists.
/// </summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        // It is not put into a web page; quotes and backquotes in sentences stay as they are.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Prints what a command did, or would do.</summary>
    public static void Print(FailoverReport report, bool json, bool dryRun)
    {
        if (json)
        {
            PrintJson(report);
            return;
        }

        Table(report.Steps.Select(step => (step.Name, step.Finding)));
        Console.WriteLine(dryRun ? NothingChanged : report.Changed ? "Done." : "Nothing was left to do.");
        Console.WriteLine("Left to do:");
        foreach (var line in report.LeftToDo)
            Console.WriteLine($"  - {line}");
    }

    /// <summary>What a dry run says at its end.</summary>
    public const string NothingChanged = "Nothing was changed (--dry-run).";

    /// <summary>Two columns.</summary>
    public static void Table(IEnumerable<(string Name, string Value)> rows) =>
        Table(rows, rows.Select(row => $"{row.Name}: {row.Value}"));

    /// <summary>Two columns on a terminal, and lines of their own wording elsewhere.</summary>
    public static void Table(IEnumerable<(string Name, string Value)> rows, IEnumerable<string> lines)
    {
        if (Console.IsOutputRedirected)
        {
            foreach (var line in lines)
                Console.WriteLine(line);
            return;
        }

        var table = new Table { Border = TableBorder.Rounded, ShowHeaders = false };
        table.AddColumn(new TableColumn("").NoWrap()).AddColumn("");
        foreach (var (name, value) in rows)
            table.AddRow(new Text(name), new Text(value));
        AnsiConsole.Write(table);
    }

    /// <summary>What would be broken into lines in a table's cell, and has to be copied in one piece.</summary>
    public static void BelowTable(string line)
    {
        if (!Console.IsOutputRedirected)
            Console.WriteLine(line);
    }

    /// <summary>Any value as a JSON object.</summary>
    public static void PrintJson(object value) => Console.WriteLine(JsonSerializer.Serialize(value, Json));

    /// <summary>Why there is no result.</summary>
    /// <param name="kind"><c>refused</c>, <c>interrupted</c> or <c>usage</c>.</param>
    /// <param name="messages">What is told on standard error too, one line each.</param>
    public static void PrintError(string kind, IEnumerable<string> messages) =>
        PrintJson(new { Error = kind, Messages = messages });
}
