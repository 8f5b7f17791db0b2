using Sigsum.Log.Cli.Options;
using Sigsum.Log.Failover;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Cli.Verbs.Failover;

/// <summary>
/// Changes the type of a frozen tree, and the node's role with it: the one step of a promotion by hand. It proves nothing;
/// promote and rejoin do.
/// </summary>
internal sealed class TreeConvertVerb : OperatorVerb
{
    private static readonly OptionSpec Type = new("type", OptionKind.Text, FileTable.None, "type",
        "Either \"LOG\" (the node becomes a primary) or \"PREORDERED_LOG\" (it becomes a secondary).");

    /// <inheritdoc/>
    public override string Name => "convert";

    /// <inheritdoc/>
    protected override string FullName => $"tree {Name}";

    /// <inheritdoc/>
    public override string Summary => "change the type of a frozen tree, and the role of its node";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> Options { get; } =
    [
        OptionCatalog.Config, OptionCatalog.DataDir, Type, .. OptionCatalog.OfChanges,
    ];

    /// <inheritdoc/>
    public override Task<int?> RunAsync(OptionValues values, CancellationToken cancellationToken)
    {
        var read = new OptionReader(values);
        var dataDir = read.Text("data-dir", OptionCatalog.DataDir.Default);
        var name = read.OptionalText(Type.Name);
        if (name is not ("LOG" or "PREORDERED_LOG"))
            values.AddProblem(Type.Name, "write --type=LOG or --type=PREORDERED_LOG");
        var agree = Asker(read);
        var dryRun = read.Flag("dry-run");
        var json = read.Flag("json");
        return values.Problems.Count > 0
            ? Task.FromResult<int?>(null)
            : RefusalsInWordsAsync(json, async () =>
            {
                using var store = OpenToChange(dataDir, dryRun);
                var before = store.Identity;
                var next = name == "LOG"
                    ? store.Identity with { TreeType = TreeType.Log, Role = NodeRole.Primary }
                    : store.Identity with { TreeType = TreeType.PreorderedLog, Role = NodeRole.Secondary };
                await ConvertAsync(store, next, dryRun, agree);
                var view = TreeView.Of(store);
                var wouldChange = dryRun && next != before;
                if (json)
                {
                    view.PrintChangeAsJson(changed: store.Identity != before, wouldChange);
                    return 0;
                }

                view.Print(json: false);
                if (wouldChange)
                    Console.WriteLine($"The tree would become {name}, its node a {StoreFormat.RoleName(next.Role)}.");
                if (dryRun)
                    Console.WriteLine(Report.NothingChanged);
                return 0;
            });
    }

    private static async Task ConvertAsync(
        RocksDbLogStore store, StoreIdentity next, bool dryRun, Func<string, Task<bool>> agree)
    {
        if (next == store.Identity)
            return;
        if (store.Identity.TreeState != TreeState.Frozen)
            throw new FailoverException("the type of a tree is changed only while it is FROZEN: `sigsum-log tree freeze` first");
        if (!SuccessionRules.MayBePrimary(Succession.Load(store), store.Identity.NodeId) && next.Role == NodeRole.Primary)
            throw new FailoverException("another node was promoted: `sigsum-log promote` takes over from it");
        if (dryRun)
            return;
        var question = next.Role == NodeRole.Primary
            ? "This proves nothing and fences nobody, as `sigsum-log promote` would. Is the old primary gone for good, and "
                + "does this node hold all that it signed?"
            : "Is there another primary, which holds all that this node has signed? `sigsum-log rejoin` would prove it.";
        if (!await agree(question))
            throw new FailoverException("not agreed to; nothing was changed");
        store.UpdateIdentity(next, []);
    }
}
