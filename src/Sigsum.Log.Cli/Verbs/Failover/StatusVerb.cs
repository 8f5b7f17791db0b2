using Sigsum.Log.Cli.Options;
using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Cli.Verbs.Failover;

/// <summary>
/// What a node is and holds, and whether the log is ready for the loss of its primary; from a running node or from the
/// directory of a stopped one.
/// </summary>
internal sealed class StatusVerb : OperatorVerb
{
    /// <inheritdoc/>
    public override string Name => "status";

    /// <inheritdoc/>
    public override string Summary => "what a node is and holds, and is the log ready for failover?";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> Options { get; } =
    [
        OptionCatalog.Config, OptionCatalog.DataDir, OptionCatalog.SthFile, FailoverOptions.Url,
        OptionCatalog.Named("timeout"), .. OptionCatalog.InternalTls, OptionCatalog.Json,
    ];

    /// <inheritdoc/>
    public override Task<int?> RunAsync(OptionValues values, CancellationToken cancellationToken)
    {
        var read = new OptionReader(values);
        var dataDir = read.Text("data-dir", OptionCatalog.DataDir.Default);
        var sthFile = read.Text("sth-file", OptionCatalog.SthFile.Default);
        var url = read.Url(FailoverOptions.Url.Name);
        var connection = NodeConfiguration.ReadConnection(read, values);
        var json = read.Flag("json");
        return values.Problems.Count > 0
            ? Task.FromResult<int?>(null)
            : RefusalsInWordsAsync(json, async () =>
            {
                var status = url is null
                    ? await ReadAsync(dataDir, sthFile, cancellationToken)
                    : await AskAsync(url, connection, cancellationToken);
                if (json)
                    Console.WriteLine(System.Text.Encoding.UTF8.GetString(status.ToJson()));
                else
                    Report.Table(StatusRows.Of(status));
                return 0;
            });
    }

    /// <summary>Asks the node that runs in the directory, or reads the directory where none does.</summary>
    private static async Task<NodeStatus> ReadAsync(string dataDir, string sthFile, CancellationToken cancellationToken)
    {
        using var running = await AdminClient.TryConnectAsync(dataDir, cancellationToken);
        if (running is not null)
            return await running.StatusAsync(cancellationToken);
        using var store = Open(dataDir);
        return StatusOfStore.Read(store, sthFile is null ? null : new SthFile(sthFile, HostDisk.Instance), TimeProvider.System.GetUtcNow());
    }

    private static async Task<NodeStatus> AskAsync(Uri url, NodeOptions connection, CancellationToken cancellationToken)
    {
        using var nodes = Reach(connection);
        return NodeStatus.Parse(await nodes.Node(url).GetStatusAsync(cancellationToken));
    }
}
