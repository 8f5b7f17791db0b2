using Sigsum.Log.Cli.Options;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Cli.Verbs.Failover;

/// <summary>
/// Freezes a tree, or lets it grow again. On a primary that runs, a frozen tree is the read-only mode: reads go on and
/// cosignatures are refreshed, add-leaf answers 503.
/// </summary>
internal sealed class TreeFreezeVerb(bool freeze) : FailoverVerb
{
    /// <inheritdoc/>
    public override string Name => freeze ? "freeze" : "unfreeze";

    /// <inheritdoc/>
    public override string Summary => freeze ? "let nothing be added: read-only mode" : "let leaves be added again";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> Options { get; } =
        [OptionCatalog.Config, OptionCatalog.DataDir, OptionCatalog.DryRun, OptionCatalog.Json];

    /// <inheritdoc/>
    public override Task<int?> RunAsync(OptionValues values, CancellationToken cancellationToken)
    {
        var read = new OptionReader(values);
        var dataDir = read.Text("data-dir", OptionCatalog.DataDir.Default);
        var dryRun = read.Flag("dry-run");
        var json = read.Flag("json");
        var state = freeze ? TreeState.Frozen : TreeState.Active;
        return values.Problems.Count > 0
            ? Task.FromResult<int?>(null)
            : RefusalsInWordsAsync(async () =>
            {
                if (await AdminClient.TryConnectAsync(dataDir, cancellationToken) is { } running)
                {
                    using (running)
                    {
                        if (!dryRun)
                            await running.DoAsync(Name, "", cancellationToken);
                        var now = (await running.StatusAsync(cancellationToken)).TreeState;
                        Print(now, dryRun, json);
                        return 0;
                    }
                }

                using var store = Open(dataDir);
                if (!dryRun && store.Identity.TreeState != state)
                    store.UpdateIdentity(store.Identity with { TreeState = state }, []);
                Print(StoreFormat.TreeStateName(store.Identity.TreeState), dryRun, json);
                return 0;
            });
    }

    private void Print(string state, bool dryRun, bool json)
    {
        if (json)
            Report.PrintJson(new { TreeState = state });
        else
            Console.WriteLine(dryRun ? $"the tree is {state}; it would be {(freeze ? "FROZEN" : "ACTIVE")}" : $"the tree is {state}");
    }
}
