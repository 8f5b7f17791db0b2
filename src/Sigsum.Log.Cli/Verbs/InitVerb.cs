using Sigsum.Crypto;
using Sigsum.Log.Cli.Options;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Cli.Verbs;

/// <summary>Gives birth to a node: an empty store and, for a primary, the word that the log begins empty.</summary>
internal sealed class InitVerb : Verb
{
    private static readonly OptionSpec Role = new("role", OptionKind.Text, FileTable.None, "role",
        "Either \"primary\" or \"secondary\".");

    /// <inheritdoc/>
    public override string Name => "init";

    /// <inheritdoc/>
    public override string Summary => "make the data directory of a new node";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> Options { get; } =
        [OptionCatalog.Config, OptionCatalog.DataDir, OptionCatalog.SthFile, OptionCatalog.LogKeyFile, Role];

    /// <inheritdoc/>
    public override async Task<int?> RunAsync(OptionValues values, CancellationToken cancellationToken)
    {
        var read = new OptionReader(values);
        var role = ReadRole(values, read);
        var dataDir = read.Text("data-dir", OptionCatalog.DataDir.Default);
        var sthFile = read.Text("sth-file", OptionCatalog.SthFile.Default);
        var logKey = await read.PublicKeyAsync("log-key-file", cancellationToken).ConfigureAwait(false);
        if (dataDir.Length == 0)
            values.AddProblem("data-dir", "is empty; write --data-dir=DIR");
        if (role == NodeRole.Primary && sthFile.Length == 0)
            values.AddProblem("sth-file", "is empty; write --sth-file=FILE");
        if (values.Problems.Count > 0 || role is null)
            return null;

        var refusal = role == NodeRole.Primary ? MakePrimary(dataDir, sthFile, logKey) : MakeSecondary(dataDir, logKey);
        if (refusal is null)
        {
            await Console.Out.WriteLineAsync(role == NodeRole.Primary
                ? $"made a primary in {dataDir}; its log begins empty ({sthFile}.startup)"
                : $"made a secondary in {dataDir}").ConfigureAwait(false);
            return 0;
        }

        await Console.Error.WriteLineAsync($"{ProgramName.Main} {Name}: {refusal}").ConfigureAwait(false);
        return 1;
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

    private static string? MakePrimary(string dataDir, string sthFile, PublicKey? logKey)
    {
        // Looked at before anything is made: a tree head that was signed belongs to a log that exists.
        foreach (var file in new[] { sthFile, new StartupFile(sthFile, HostDisk.Instance).Path })
        {
            if (Path.Exists(file))
                return $"{file} exists, so there is a log already; name another --sth-file, or start the primary";
        }

        // A crash in between leaves a whole store without startup file, which no primary starts from; sigsum-mktree
        // makes that. The other way round, a startup file without store would let a primary make the store by itself.
        if (Make(dataDir, NodeRole.Primary, TreeType.Log, logKey) is { } refusal)
            return refusal;
        return MktreeVerb.Begin(sthFile, StartupMode.Empty) is { } unwritten
            ? $"{dataDir} is made, but {unwritten}; when that is mended, run 'sigsum-mktree --mode=empty " +
                $"--sth-file={sthFile}'"
            : null;
    }

    private static string? MakeSecondary(string dataDir, PublicKey? logKey) =>
        Make(dataDir, NodeRole.Secondary, TreeType.PreorderedLog, logKey);

    private static string? Make(string dataDir, NodeRole role, TreeType treeType, PublicKey? logKey)
    {
        try
        {
            RocksDbLogStore.Create(dataDir, StoreIdentity.ForNew(role, treeType, logKey?.KeyHash())).Dispose();
            return null;
        }
        catch (StoreException error)
        {
            return error.Message;
        }
    }
}
