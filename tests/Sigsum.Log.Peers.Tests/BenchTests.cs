using Sigsum.Testing;

namespace Sigsum.Log.Peers.Tests;

/// <summary>The harness that measures works: its smallest form, which measures nothing that is worth reading.</summary>
public sealed class BenchTests
{
    private static readonly string s_program = Repository.PathOf(
        "bench", "Sigsum.Log.Bench", "bin", Configuration, "net10.0", "Sigsum.Log.Bench");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string Configuration => AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal)
        ? "Release"
        : "Debug";

    [Fact]
    public async Task The_smallest_form_measures_both_servers_and_writes_table_figures_and_chart()
    {
        await PeerPrograms.RequireAsync(Cancellation);
        using TempDirectory folder = new();
        string[] arguments = ["--tiny", "--only=write", $"--out={folder.FullName}"];
        ProgramResult result = await ProgramProcess.RunAsync(s_program, arguments, Cancellation);
        result.Succeeded();
        Assert.Matches(@"\| write \| 4 connections \| first answer p50, ms \| [0-9.,]+ \| [0-9.,]+ \| [0-9.]+ / ", result.Output);
        Assert.Contains("\"metric\": \"committed/s\"", File.ReadAllText(folder.PathOf("tiny-write.json")), StringComparison.Ordinal);
        Assert.Contains("<svg", File.ReadAllText(folder.PathOf("tiny-write.svg")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_usage_is_said()
    {
        await PeerPrograms.RequireAsync(Cancellation);
        ProgramResult result = await ProgramProcess.RunAsync(s_program, ["--only=wriet"], Cancellation);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("parts are write, end-to-end", result.Error, StringComparison.Ordinal);
    }
}
