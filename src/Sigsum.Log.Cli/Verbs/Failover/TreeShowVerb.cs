using Sigsum.Log.Cli.Options;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Cli.Verbs.Failover;

/// <summary>Shows what a stopped node's tree is.</summary>
internal sealed class TreeShowVerb : FailoverVerb
{
    /// <inheritdoc/>
    public override string Name => "show";

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
            : RefusalsInWordsAsync(() =>
            {
                using var store = Open(dataDir);
                Print(store.Identity, store, json);
                return Task.FromResult<int?>(0);
            });
    }

    /// <summary>Prints the tree of a store.</summary>
    public static void Print(StoreIdentity identity, RocksDbLogStore store, bool json)
    {
        var head = store.TreeHead;
        if (json)
        {
            Report.PrintJson(new
            {
                Role = StoreFormat.RoleName(identity.Role),
                TreeType = StoreFormat.TreeTypeName(identity.TreeType),
                TreeState = StoreFormat.TreeStateName(identity.TreeState),
                head.Size,
                RootHash = head.RootHash.ToString(),
            });
            return;
        }

        Report.Table(
        [
            ("role", StoreFormat.RoleName(identity.Role)), ("type", StoreFormat.TreeTypeName(identity.TreeType)),
            ("state", StoreFormat.TreeStateName(identity.TreeState)),
            ("size", head.Size.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            ("root", head.RootHash.ToString()),
        ]);
    }
}
