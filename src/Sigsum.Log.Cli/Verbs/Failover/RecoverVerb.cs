using Sigsum.Log.Cli.Options;
using Sigsum.Log.Failover;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Cli.Verbs.Failover;

/// <summary>
/// Fetches leaves from another node: back into a primary whose store is older than its secondary's, or into a new directory,
/// which becomes a secondary's. Needs no private key.
/// </summary>
internal sealed class RecoverVerb : OperatorVerb
{
    /// <inheritdoc/>
    public override string Name => "recover";

    /// <inheritdoc/>
    public override string Summary => "fetch back what another node holds, or build a new node from it";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> Options { get; } =
    [
        OptionCatalog.Config, OptionCatalog.DataDir, OptionCatalog.SthFile, OptionCatalog.LogKeyFile, FailoverOptions.From,
        OptionCatalog.Named("timeout"), .. OptionCatalog.InternalTls, .. OptionCatalog.OfChanges,
    ];

    /// <inheritdoc/>
    public override async Task<int?> RunAsync(OptionValues values, CancellationToken cancellationToken)
    {
        var read = new OptionReader(values);
        var dataDir = read.Text("data-dir", OptionCatalog.DataDir.Default);
        var sthFile = read.Text("sth-file", OptionCatalog.SthFile.Default);
        var logKey = await read.PublicKeyAsync("log-key-file", cancellationToken);
        var from = read.Url(FailoverOptions.From.Name);
        if (from is null && read.OptionalText(FailoverOptions.From.Name) is null)
            values.AddProblem("from", "is missing; write --from=URL, the internal endpoint of the node that holds the leaves");
        var isNew = !DataDirectory.Exists(dataDir);
        if (isNew && logKey is null && values.Problems.Count == 0)
            values.AddProblem("log-key-file", "is missing; a new node is told whose log it holds");
        var options = new RecoverOptions(
            dataDir, sthFile, from!, logKey, read.Flag("dry-run"), NodeConfiguration.ReadConnection(read, values));
        var agree = Asker(read);
        var json = read.Flag("json");
        if (values.Problems.Count > 0 || from is null)
            return null;
        return await RefusalsInWordsAsync(json, async () =>
        {
            var recover = new Recover(options, Services, agree, Progress(json));
            Report.Print(await recover.RunAsync(cancellationToken), json, options.DryRun);
            return 0;
        });
    }

    private static Progress<ulong>? Progress(bool json) => json || Console.IsErrorRedirected
        ? null
        : new Progress<ulong>(size => Console.Error.Write($"\r{size} leaves"));
}
