using Sigsum.Log.Cli.Options;

namespace Sigsum.Log.Cli.Verbs.Failover;

/// <summary>Shows what a stopped node's tree is.</summary>
internal sealed class TreeShowVerb : OperatorVerb
{
    /// <inheritdoc/>
    public override string Name => "show";

    /// <inheritdoc/>
    protected override string FullName => $"tree {Name}";

    /// <inheritdoc/>
    public override string Summary => "type, state, size and root of the tree";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> Options { get; } =
        [OptionCatalog.Config, OptionCatalog.DataDir, OptionCatalog.Json];

    /// <inheritdoc/>
    public override Task<int?> RunAsync(OptionValues values, CancellationToken cancellationToken)
    {
        var read = new OptionReader(values);
        var dataDir = read.Text("data-dir", OptionCatalog.DataDir.Default);
        var json = read.Flag("json");
        return values.Problems.Count > 0
            ? Task.FromResult<int?>(null)
            : RefusalsInWordsAsync(json, () =>
            {
                using var store = Open(dataDir);
                TreeView.Of(store).Print(json);
                return Task.FromResult<int?>(0);
            });
    }
}
