using System.Globalization;
using Sigsum.Client;
using Sigsum.Log.Cli.Options;
using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;

namespace Sigsum.Log.Cli.Verbs.Failover;

/// <summary>Exchanges the roles of a primary that runs and one of its secondaries, and measures the pause.</summary>
internal sealed class SwitchoverVerb : OperatorVerb
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private static readonly OptionSpec To = new("to", OptionKind.Text, FileTable.None, "id",
        "Node id of the secondary that takes over; not needed where there is one.");

    /// <inheritdoc/>
    public override string Name => "switchover";

    /// <inheritdoc/>
    public override string Summary => "exchange the roles of this primary and a secondary, both running";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> Options { get; } =
    [
        OptionCatalog.Config, OptionCatalog.DataDir, OptionCatalog.Named("timeout"), .. OptionCatalog.InternalTls, To,
        .. OptionCatalog.OfChanges,
    ];

    /// <inheritdoc/>
    public override Task<int?> RunAsync(OptionValues values, CancellationToken cancellationToken)
    {
        var read = new OptionReader(values);
        var dataDir = read.Text("data-dir", OptionCatalog.DataDir.Default);
        var to = read.OptionalText(To.Name);
        if (to is not null && OptionReader.NodeId(to) is null)
            values.AddProblem(To.Name, $"'{to}' is not a node id; write the 32 hex digits that `sigsum-log status` shows");
        var wanted = to is null ? null : OptionReader.NodeId(to);
        var connection = NodeConfiguration.ReadConnection(read, values);
        var dryRun = read.Flag("dry-run");
        var agree = Asker(read);
        var json = read.Flag("json");
        return values.Problems.Count > 0
            ? Task.FromResult<int?>(null)
            : RefusalsInWordsAsync(json, async () =>
            {
                using var node = await AdminClient.TryConnectAsync(dataDir, cancellationToken)
                    ?? throw new FailoverException($"no node runs in {dataDir}; this is for two nodes that run. Where the primary "
                        + "is lost, `sigsum-log promote` is what helps");
                var before = await node.StatusAsync(cancellationToken);
                if (before.Role != "primary")
                    throw new FailoverException("this node is a secondary: run this where the primary is");
                if (!before.ReadyForFailover)
                    throw new FailoverException($"the log is not ready: {string.Join("; ", before.NotReadyBecause)}");
                if (dryRun)
                {
                    Rehearse(before, Choose(before, wanted), json);
                    return 0;
                }

                if (!await agree("Exchange the roles of this primary and its secondary?"))
                    throw new FailoverException("not agreed to; nothing was changed");
                await ExchangeAsync(node, connection, dataDir, to is null ? "" : $"{wanted:N}", json, cancellationToken);
                return 0;
            });
    }

    /// <summary>The secondary that would take over; the node decides again, when it is asked.</summary>
    private static SecondaryStatus Choose(NodeStatus primary, Guid? to)
    {
        var known = primary.Secondaries.Where(other => other.NodeId is not null && (to is null || other.NodeId == to)).ToList();
        return known is [var only]
            ? only
            : throw new FailoverException(to is null
                ? $"there are {known.Count} secondaries that could take over; write --to=ID"
                : $"there is no secondary {to:N}: `sigsum-log status` shows those that there are");
    }

    private static void Rehearse(NodeStatus primary, SecondaryStatus secondary, bool json)
    {
        if (json)
        {
            Report.PrintJson(new SwitchoverReport(
                false, primary.Epoch, primary.NodeId, null, secondary.NodeId!.Value, secondary.Url, null));
            return;
        }

        Report.Table([("would exchange", $"primary {primary.NodeId:N}, size {primary.Size}, with {secondary.NodeId:N} at "
            + $"{secondary.Url}")]);
        Console.WriteLine(Report.NothingChanged);
    }

    private static async Task ExchangeAsync(
        AdminClient node, NodeOptions connection, string dataDir, string to, bool json, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        var answer = (await node.DoAsync("hand-over", to, cancellationToken)).Split(' ');
        var handedOver = time.GetTimestamp();
        var url = new Uri(answer[0]);
        var paused = TimeSpan.FromMilliseconds(long.Parse(answer[3], CultureInfo.InvariantCulture));
        using var nodes = Reach(connection);
        var client = nodes.Node(url);
        var there = await UntilAsync(async () => NodeStatus.Parse(await client.GetStatusAsync(cancellationToken)),
            status => status is { Role: "primary", ReadyForFailover: true }, $"{url} to sign as primary", cancellationToken);
        var pause = paused + time.GetElapsedTime(handedOver);
        var here = await UntilAsync(async () =>
            {
                using var again = await AdminClient.TryConnectAsync(dataDir, cancellationToken)
                    ?? throw new FailoverException("starting again");
                return await again.StatusAsync(cancellationToken);
            },
            status => status.Role == "secondary", "this node to be a secondary", cancellationToken);
        if (json)
        {
            Report.PrintJson(new SwitchoverReport(
                true, there.Epoch, there.NodeId, url, here.NodeId, null, (long)pause.TotalMilliseconds));
            return;
        }

        Report.Table(
        [
            ("primary now", $"{there.NodeId:N} at {url}, epoch {there.Epoch}, size {there.Size}"),
            ("secondary now", $"{here.NodeId:N}, this node"),
            ("pause", $"{(long)pause.TotalMilliseconds} ms, from the first refused leaf until the new primary could sign"),
        ]);
        Console.WriteLine("Left to do:");
        Console.WriteLine("  - point the log's public address to the new primary's host");
    }

    private static async Task<NodeStatus> UntilAsync(
        Func<Task<NodeStatus>> ask, Func<NodeStatus, bool> holds, string what, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                if (await ask() is var status && holds(status))
                    return status;
            }
            catch (Exception error) when (error is LogClientException or FailoverException or SigsumFormatException
                && time.GetElapsedTime(started) < Patience)
            {
                // It is between two lives.
            }

            if (time.GetElapsedTime(started) >= Patience)
                throw new FailoverException($"handed over, and waited {Patience.TotalSeconds:0} s for {what}: look at its log");
            await Task.Delay(Poll, time, cancellationToken);
        }
    }

    /// <summary>The result for scripts.</summary>
    /// <param name="Changed">False in a dry run.</param>
    /// <param name="Epoch">Of the log, now.</param>
    /// <param name="Primary">Its primary, now.</param>
    /// <param name="PrimaryUrl">Where that is; null where it is this node.</param>
    /// <param name="Secondary">The other node, with which roles were, or would be, exchanged.</param>
    /// <param name="SecondaryUrl">Where that is; null where it is this node.</param>
    /// <param name="PauseMs">From the first refused leaf until the new primary could sign; null in a dry run.</param>
    private sealed record SwitchoverReport(
        bool Changed, ulong Epoch, Guid Primary, Uri? PrimaryUrl, Guid Secondary, Uri? SecondaryUrl, long? PauseMs);
}
