using Sigsum.Crypto;
using Sigsum.Log.Cli.Options;
using Sigsum.Log.Failover;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Cli.Verbs;

/// <summary>Gives birth to a node: an empty store and, for a primary, the word that the log begins empty.</summary>
internal sealed class InitVerb : OperatorVerb
{
    private static readonly OptionSpec Role = new("role", OptionKind.Text, FileTable.None, "role",
        "Either \"primary\" or \"secondary\".");

    /// <inheritdoc/>
    public override string Name => "init";

    /// <inheritdoc/>
    public override string Summary => "make the data directory of a new node";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> Options { get; } =
    [
        OptionCatalog.Config, OptionCatalog.DataDir, OptionCatalog.SthFile, OptionCatalog.LogKeyFile, Role,
        .. OptionCatalog.OfChanges,
    ];

    /// <inheritdoc/>
    public override async Task<int?> RunAsync(OptionValues values, CancellationToken cancellationToken)
    {
        var read = new OptionReader(values);
        var role = ReadRole(values, read);
        var dataDir = read.Text("data-dir", OptionCatalog.DataDir.Default);
        var sthFile = read.Text("sth-file", OptionCatalog.SthFile.Default);
        var logKey = await read.PublicKeyAsync("log-key-file", cancellationToken).ConfigureAwait(false);
        var (json, dryRun) = (read.Flag("json"), read.Flag("dry-run"));
        if (dataDir.Length == 0)
            values.AddProblem("data-dir", "is empty; write --data-dir=DIR");
        if (role == NodeRole.Primary && sthFile.Length == 0)
            values.AddProblem("sth-file", "is empty; write --sth-file=FILE");
        if (values.Problems.Count > 0 || role is null)
            return null;

        return await RefusalsInWordsAsync(json, () =>
        {
            var report = role == NodeRole.Primary
                ? MakePrimary(dataDir, sthFile, logKey, dryRun)
                : MakeSecondary(dataDir, logKey, dryRun);
            Report.Print(report, json, dryRun);
            return Task.FromResult<int?>(0);
        });
    }

    private static NodeRole? ReadRole(OptionValues values, OptionReader read)
    {
        switch (read.OptionalText("role"))
        {
            case "primary":
                return NodeRole.Primary;
            case "secondary":
                return NodeRole.Secondary;
            case null:
                values.AddProblem("role", "is missing; write --role=primary or --role=secondary");
                return null;
            case var other:
                values.AddProblem("role", $"'{other}' is unknown; write --role=primary or --role=secondary");
                return null;
        }
    }

    private static FailoverReport MakePrimary(string dataDir, string sthFile, PublicKey? logKey, bool dryRun)
    {
        // Looked at before anything is made: a tree head that was signed belongs to a log that exists.
        foreach (var file in new[] { sthFile, new StartupFile(sthFile, HostDisk.Instance).Path })
        {
            if (Path.Exists(file))
            {
                throw new FailoverException(
                    $"{file} exists, so there is a log already; name another --sth-file, or start the primary");
            }
        }

        // A crash in between leaves a whole store without startup file, which no primary starts from; sigsum-mktree
        // makes that. The other way round, a startup file without store would let a primary make the store by itself.
        var store = Make(dataDir, NodeRole.Primary, TreeType.Log, logKey, dryRun);
        if (!dryRun && MktreeVerb.Begin(sthFile, StartupMode.Empty) is { } unwritten)
        {
            throw new FailoverException($"{dataDir} is made, but {unwritten}; when that is mended, run 'sigsum-mktree --mode=empty "
                + $"--sth-file={sthFile}'");
        }

        return new FailoverReport(!dryRun, [store, new("startup", $"{sthFile}.startup: the log begins empty")],
            ["start it: `sigsum-log primary`, with the log's key (--key-file) and its secondaries (--secondary-url)"]);
    }

    private static FailoverReport MakeSecondary(string dataDir, PublicKey? logKey, bool dryRun) => new(
        !dryRun, [Make(dataDir, NodeRole.Secondary, TreeType.PreorderedLog, logKey, dryRun)],
        ["start it: `sigsum-log secondary`, with a key of its own (--key-file), and tell the primary of it"]);

    private static FailoverStep Make(string dataDir, NodeRole role, TreeType treeType, PublicKey? logKey, bool dryRun)
    {
        var identity = StoreIdentity.ForNew(role, treeType, logKey?.KeyHash());
        var what = $"{StoreFormat.RoleName(role)} of {(identity.LogKeyHash is { } log ? $"log {log}" : "a log whose key it is told later")}";
        if (dryRun)
        {
            DataDirectory.CheckFree(dataDir);
            return new("store", $"{dataDir}: {what}");
        }

        RocksDbLogStore.Create(dataDir, identity).Dispose();
        return new("store", $"{dataDir}: {what}, node {identity.NodeId:N}");
    }
}
