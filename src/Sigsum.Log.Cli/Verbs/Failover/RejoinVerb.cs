using Sigsum.Log.Cli.Options;
using Sigsum.Log.Failover;

namespace Sigsum.Log.Cli.Verbs.Failover;

/// <summary>Makes a stopped node, the old primary most of the time, a secondary of the log's primary.</summary>
/// <param name="name">The command has two names: <c>demote</c> is what is done, <c>rejoin</c> what it is for.</param>
internal sealed class RejoinVerb(string name) : OperatorVerb
{
    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override string Summary => "make a stopped old primary a secondary of the new one";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> Options { get; } =
    [
        OptionCatalog.Config, OptionCatalog.DataDir, OptionCatalog.SthFile, OptionCatalog.Named("primary-url"),
        OptionCatalog.Named("timeout"), .. OptionCatalog.InternalTls, .. OptionCatalog.OfChanges,
    ];

    /// <inheritdoc/>
    public override Task<int?> RunAsync(OptionValues values, CancellationToken cancellationToken)
    {
        var read = new OptionReader(values);
        var dataDir = read.Text("data-dir", OptionCatalog.DataDir.Default);
        var sthFile = read.Text("sth-file", OptionCatalog.SthFile.Default);
        var primary = read.Url("primary-url");
        if (primary is null && read.OptionalText("primary-url") is null)
            values.AddProblem("primary-url", "is missing; write --primary-url=URL, the new primary's internal endpoint");
        var dryRun = read.Flag("dry-run");
        var connection = NodeConfiguration.ReadConnection(read, values);
        var agree = Asker(read);
        var json = read.Flag("json");
        return values.Problems.Count > 0 || primary is null
            ? Task.FromResult<int?>(null)
            : RefusalsInWordsAsync(json, async () =>
            {
                using var store = OpenToChange(dataDir, dryRun);
                var rejoin = new Rejoin(new(dataDir, sthFile, primary, dryRun, connection), store, Services, agree);
                Report.Print(await rejoin.RunAsync(cancellationToken), json, dryRun);
                return 0;
            });
    }
}
