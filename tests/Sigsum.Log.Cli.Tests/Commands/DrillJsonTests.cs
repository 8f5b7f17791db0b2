using Sigsum.Testing;

namespace Sigsum.Log.Cli.Tests.Commands;

/// <summary>A drill that a script runs.</summary>
public sealed class DrillJsonTests
{
    [Fact]
    public async Task A_drill_prints_one_document_and_keeps_what_it_is_told_to_keep()
    {
        using var folder = new TempDirectory();
        var dir = $"--dir={folder.PathOf("drill")}";
        var rehearsed = await CommandRun.JsonAsync("drill", dir, "--leaves=1", "--dry-run");
        Assert.False(rehearsed.GetProperty("changed").GetBoolean());
        Assert.Empty(FolderContent.Of(folder.FullName));

        var drill = await CommandRun.JsonAsync("drill", dir, "--leaves=1", "--yes");
        Assert.True(drill.GetProperty("changed").GetBoolean());
        Assert.Equal(folder.PathOf("drill"), drill.GetProperty("dir").GetString());
        Assert.InRange(drill.GetProperty("pause_ms").GetInt64(), 1, 180_000);
        Assert.Contains("promote", drill.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("name").GetString()));
        Assert.True(Directory.Exists(folder.PathOf("drill")));

        Assert.Contains("is not empty", await CommandRun.ErrorAsync("usage", 2, "drill", dir), StringComparison.Ordinal);
        Assert.Contains("there is no node", await CommandRun.RefusalAsync("drill", $"--copy={folder.PathOf("none")}", "--dry-run"),
            StringComparison.Ordinal);
    }
}
