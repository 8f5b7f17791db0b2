using System.Globalization;
using Sigsum.Log.Cli.Drill;
using Sigsum.Log.Cli.Options;

namespace Sigsum.Log.Cli.Verbs.Failover;

/// <summary>Rehearses a failover on this machine, with a key and directories of its own: what an operator runs every quarter.</summary>
internal sealed class DrillVerb : FailoverVerb
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
    public override IReadOnlyList<OptionSpec> Options { get; } = [Copy, Leaves, Dir, OptionCatalog.Json];

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
        var json = read.Flag("json");
        return values.Problems.Count > 0
            ? Task.FromResult<int?>(null)
            : RefusalsInWordsAsync(async () =>
            {
                var folder = dir is null
                    ? Directory.CreateTempSubdirectory("sigsum-drill-").FullName
                    : Directory.CreateDirectory(dir).FullName;
                await using (var drill = new DrillCommand(folder))
                    Print(await drill.RunAsync(copy, leaves, cancellationToken), json);
                if (dir is null)
                    Directory.Delete(folder, recursive: true);
                return 0;
            });
    }

    private static void Print(IReadOnlyList<DrillStep> steps, bool json)
    {
        if (json)
        {
            Report.PrintJson(new { Steps = steps });
            return;
        }

        Report.Table(steps.Select(step => (
            step.Name, string.Create(CultureInfo.InvariantCulture, $"{step.Milliseconds} ms: {step.Finding}"))));
        Console.WriteLine("The drill went as it should.");
    }
}
