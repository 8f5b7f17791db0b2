using Sigsum.Log.Cli.Options;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Cli.Verbs.Failover;

/// <summary>
/// Freezes a tree, or lets it grow again. On a primary that runs, a frozen tree is the read-only mode: reads go on and
/// cosignatures are refreshed, add-leaf answers 503.
/// </summary>
internal sealed class TreeFreezeVerb(bool freeze) : OperatorVerb
{
    /// <inheritdoc/>
    public override string Name => freeze ? "freeze" : "unfreeze";

    /// <inheritdoc/>
    protected override string FullName => $"tree {Name}";

    /// <inheritdoc/>
    public override string Summary => freeze ? "let nothing be added: read-only mode" : "let leaves be added again";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> Options { get; } =
        [OptionCatalog.Config, OptionCatalog.DataDir, .. OptionCatalog.OfChanges];

    /// <inheritdoc/>
    public override Task<int?> RunAsync(OptionValues values, CancellationToken cancellationToken)
    {
        var read = new OptionReader(values);
        var dataDir = read.Text("data-dir", OptionCatalog.DataDir.Default);
        var dryRun = read.Flag("dry-run");
        var json = read.Flag("json");
        return values.Problems.Count > 0
            ? Task.FromResult<int?>(null)
            : RefusalsInWordsAsync(json, async () =>
            {
                var (before, after) = await ChangeAsync(dataDir, dryRun, cancellationToken);
                var wanted = StoreFormat.TreeStateName(Wanted);
                var wouldChange = dryRun && before.TreeState != wanted;
                if (json)
                    after.PrintChangeAsJson(changed: before != after, wouldChange);
                else
                    Console.WriteLine($"the tree is {after.TreeState}{(wouldChange ? $"; it would be {wanted}" : "")}");
                return 0;
            });
    }

    private TreeState Wanted => freeze ? TreeState.Frozen : TreeState.Active;

    private async Task<(TreeView Before, TreeView After)> ChangeAsync(
        string dataDir, bool dryRun, CancellationToken cancellationToken)
    {
        using var running = await AdminClient.TryConnectAsync(dataDir, cancellationToken);
        if (running is not null)
        {
            var before = TreeView.Of(await running.StatusAsync(cancellationToken));
            if (dryRun)
                return (before, before);
            await running.DoAsync(Name, "", cancellationToken);
            var now = await running.StatusAsync(cancellationToken);
            // It may have grown meanwhile; that is not this command's change.
            return (before, before with { TreeState = now.TreeState });
        }

        using var store = OpenToChange(dataDir, dryRun);
        var stored = TreeView.Of(store);
        if (!dryRun)
            store.SetTreeState(Wanted);
        return (stored, TreeView.Of(store));
    }
}
