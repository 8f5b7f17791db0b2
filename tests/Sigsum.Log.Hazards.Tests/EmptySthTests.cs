using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Reports;
using Sigsum.Testing;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>Hazard empty-sth: promotion with an empty sth file, or with startup=empty, of a tree that is not empty.</summary>
public sealed class EmptySthTests : FailoverHazardTest
{
    [Fact]
    public async Task Empty_sth()
    {
        await using HazardLog log = await StartLoadedAsync();
        HazardNode promoted = log.Secondary;
        await log.Primary.KillAsync();
        await promoted.StopAsync(Cancellation);
        string carried = log.Folder.Write("carried.sth", "");
        ProgramResult empty = await TryPromoteAsync(log, promoted, $"--sth-file={carried}");
        Assert.Equal(1, empty.ExitCode);
        Assert.Contains("carried.sth", empty.Error, StringComparison.Ordinal);
        File.WriteAllText(promoted.Folder.Sth + ".startup", "startup=empty");
        ProgramResult startup = await TryPromoteAsync(log, promoted);
        Assert.Equal(1, startup.ExitCode);
        Assert.Contains("begins empty", startup.Error, StringComparison.Ordinal);

        File.Delete(promoted.Folder.Sth + ".startup");
        await PromoteAsync(log, promoted);
        await TakeOverAsync(log, promoted);
        await log.Clients.Fast.WaitForMoreAsync(10, Cancellation);
        string outcome = await EndAsync(log);
        HazardReport.Write("empty-sth", ServerKind.Ours, $"both are refused, exit code 1; without them it is promoted; {outcome}");
    }
}
