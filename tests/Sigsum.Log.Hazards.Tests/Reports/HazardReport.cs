using System.Text.Encodings.Web;
using System.Text.Json;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Testing;

namespace Sigsum.Log.Hazards.Tests.Reports;

/// <summary>
/// What a hazard showed, for people: written where SIGSUM_HAZARD_REPORT is set, a file a case in artifacts/hazards, from
/// which eng/hazard-table makes the table of docs/design/hazards.md.
/// </summary>
/// <param name="Hazard">The hazard's name, as in docs/design/hazards.md.</param>
/// <param name="Case">Which case of it, where there are several; else empty.</param>
/// <param name="Node">Whose server: ours, or log-go.</param>
/// <param name="Seen">What was seen.</param>
/// <param name="Milliseconds">From the failure to the first new leaf that got 200; null where that says nothing.</param>
internal sealed record HazardReport(string Hazard, string Case, string Node, string Seen, long? Milliseconds)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Says in the test's output what was seen, and keeps it where that is wanted.</summary>
    public static void Write(
        string hazard, ServerKind node, string seen, TimeSpan? outage = null, string detail = "")
    {
        HazardReport report = new(
            hazard, detail, node == ServerKind.Ours ? "ours" : "log-go", seen, (long?)outage?.TotalMilliseconds);
        string line = JsonSerializer.Serialize(report, Format);
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        if (Environment.GetEnvironmentVariable("SIGSUM_HAZARD_REPORT") is null or "")
            return;
        string folder = Repository.PathOf("artifacts", "hazards");
        Directory.CreateDirectory(folder);
        string name = string.Join('.', new[] { hazard, detail, report.Node }.Where(part => part.Length > 0));
        File.WriteAllText(Path.Combine(folder, name.Replace(' ', '-') + ".json"), line + "\n");
    }
}
