#!/usr/bin/env dotnet
// hazard-table: prints what the tests of hazards saw (artifacts/hazards/*.json) as the table of docs/design/hazards.md.
//
//   SIGSUM_HAZARD_REPORT=1 dotnet test --project tests/Sigsum.Log.Hazards.Tests
//   dotnet run eng/hazard-table.cs
using System.Globalization;
using System.Text.Json;

string folder = Path.Combine(Environment.CurrentDirectory, "artifacts", "hazards");
if (!Directory.Exists(folder))
{
    await Console.Error.WriteLineAsync($"hazard-table: there is no {folder}; run the tests with SIGSUM_HAZARD_REPORT=1");
    return 1;
}

List<string[]> rows = [];
foreach (string file in Directory.EnumerateFiles(folder, "*.json"))
{
    using JsonDocument document = JsonDocument.Parse(await File.ReadAllTextAsync(file));
    JsonElement report = document.RootElement;
    string Text(string name) => report.GetProperty(name).GetString() ?? "";
    string outage = report.GetProperty("milliseconds") is { ValueKind: JsonValueKind.Number } number
        ? string.Create(CultureInfo.InvariantCulture, $"{number.GetInt64() / 1000.0:0.0} s")
        : "";
    rows.Add([Text("hazard"), Text("case"), Text("node"), outage, Text("seen").Replace("|", "\\|", StringComparison.Ordinal)]);
}

Console.WriteLine("| hazard | case | node | first new 200 | what was seen |");
Console.WriteLine("| --- | --- | --- | --- | --- |");
foreach (string[] row in rows.OrderBy(r => r[0], StringComparer.Ordinal).ThenBy(r => r[1], StringComparer.Ordinal)
    .ThenByDescending(r => r[2], StringComparer.Ordinal))
{
    Console.WriteLine("| " + string.Join(" | ", row) + " |");
}

return 0;
