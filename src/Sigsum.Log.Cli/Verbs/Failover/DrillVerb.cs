using System.Globalization;
using Sigsum.Log.Cli.Drill;
using Sigsum.Log.Cli.Options;

namespace Sigsum.Log.Cli.Verbs.Failover;

/// <summary>Rehearses a failover on this machine, with a key and directories of its own: what an operator runs every quarter.</summary>
internal sealed class DrillVerb : OperatorVerb
{
    private const int MostLeaves = 100_000;

    private static readonly OptionSpec Copy = new("copy", OptionKind.Text, FileTable.None, "directory",
        "A copy of a node's data directory, whose leaves the drill begins with; it is read only. Empty if unset.");

    private static readonly OptionSpec Leaves = new("leaves", OptionKind.Number, FileTable.None, "number",
        "How many leaves are submitted before the primary is killed.")
    { Default = "100" };

    private static readonly OptionSpec Dir = new("dir", OptionKind.Text, FileTable.None, "directory",
        "Where the log of the drill lives, and is kept afterwards; a temporary directory if unset.");

    /// <inheritdoc/>
    public override string Name => "drill";

    /// <inheritdoc/>
    public override string Summary => "rehearse a complete failover on this machine";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> Options { get; } = [Copy, Leaves, Dir, .. OptionCatalog.OfChanges];

    /// <inheritdoc/>
    public override Task<int?> RunAsync(OptionValues values, CancellationToken cancellationToken)
    {
        var read = new OptionReader(values);
        var copy = read.OptionalText(Copy.Name);
        var leaves = read.Number(Leaves.Name, 100);
        if (leaves is < 1 or > MostLeaves)
            values.AddProblem(Leaves.Name, $"{leaves} is out of range; write a number from 1 to {MostLeaves}");
        var dir = read.OptionalText(Dir.Name);
        if (dir is not null && Directory.Exists(dir) && Directory.EnumerateFileSystemEntries(dir).Any())
            values.AddProblem(Dir.Name, $"{dir} is not empty; name a new directory");
        var (json, dryRun) = (read.Flag("json"), read.Flag("dry-run"));
        return values.Problems.Count > 0
            ? Task.FromResult<int?>(null)
            : RefusalsInWordsAsync(json, async () =>
            {
                if (dryRun)
                {
                    Print(Rehearse(copy, leaves, dir), json);
                    return 0;
                }

                var folder = dir is null
                    ? Directory.CreateTempSubdirectory("sigsum-drill-").FullName
                    : Directory.CreateDirectory(dir).FullName;
                await using (var drill = new DrillCommand(folder))
                    Print(new DrillReport(true, dir, await drill.RunAsync(copy, leaves, cancellationToken), drill.PauseMs), json);
                if (dir is null)
                    Directory.Delete(folder, recursive: true);
                return 0;
            });
    }

    /// <summary>What a drill would begin with: the copy, if there is one, must be a node's.</summary>
    private static DrillReport Rehearse(string? copy, int leaves, string? dir)
    {
        ulong copied = 0;
        if (copy is not null)
        {
            using var store = Open(copy);
            copied = store.TreeHead.Size;
        }

        var place = dir ?? "a temporary directory, which is removed afterwards";
        return new DrillReport(
            false, dir,
            [
                new("make a log", 0, $"in {place}, {(copy is null ? "empty" : $"with the {copied} leaves of {copy}")}"),
                new("lose its primary", 0, $"after {leaves} leaves; promote its secondary, and let the old primary rejoin"),
            ],
            null);
    }

    private static void Print(DrillReport report, bool json)
    {
        if (json)
        {
            Report.PrintJson(report);
            return;
        }

        Report.Table(report.Steps.Select(step => (
            step.Name,
            report.Changed ? string.Create(CultureInfo.InvariantCulture, $"{step.Milliseconds} ms: {step.Finding}") : step.Finding)));
        Console.WriteLine(report.Changed ? "The drill went as it should." : Report.NothingChanged);
    }

    /// <summary>The result for scripts.</summary>
    /// <param name="Changed">Whether the drill was made; false in a dry run.</param>
    /// <param name="Dir">Where its log is kept; null where it was removed.</param>
    /// <param name="Steps">What was done, in order.</param>
    /// <param name="PauseMs">From the loss of the primary until a new leaf got 200; null in a dry run.</param>
    private sealed record DrillReport(bool Changed, string? Dir, IReadOnlyList<DrillStep> Steps, long? PauseMs);
}
