using System.Text.Json;
using Sigsum.Testing;

namespace Sigsum.Log.Bench.Results;

/// <summary>Writes what was measured: the table, and every figure as JSON with date, machine and commit.</summary>
internal static class ResultFiles
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static async Task WriteAsync(BenchOptions options, IReadOnlyList<Sample> samples, CancellationToken cancellation)
    {
        string folder = Path.Combine(Repository.Root, options.Folder);
        Directory.CreateDirectory(folder);
        var report = new
        {
            Date = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
            Commit = await CommitAsync(cancellation),
            Machine = Machine.Here(),
            options.Size,
            options.Parts,
            Samples = samples,
        };
        string name = options.Parts.Count == 1 ? $"{options.Size}-{options.Parts[0]}" : options.Size;
        await File.WriteAllTextAsync(
            Path.Combine(folder, name + ".json"), JsonSerializer.Serialize(report, s_json) + "\n", cancellation);
        await File.WriteAllTextAsync(Path.Combine(folder, name + ".md"), ResultTable.Write(samples), cancellation);
        string caption = $"{report.Date}, {report.Commit}, {report.Machine.Cores} cores, {options.Size} form";
        await File.WriteAllTextAsync(Path.Combine(folder, name + ".svg"), Chart.Draw(samples, caption) + "\n", cancellation);
    }

    private static async Task<string> CommitAsync(CancellationToken cancellation)
    {
        ProgramResult result = await ProgramProcess.RunAsync(
            "git", ["-C", Repository.Root, "describe", "--always", "--dirty"], cancellation);
        return result.Output.Trim();
    }
}
