using System.Collections.Immutable;
using Sigsum.Crypto;
using Sigsum.Log.Cli.Options;
using Sigsum.Log.Scrubbing;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Cli.Verbs;

/// <summary>
/// Recomputes everything that a stopped node has stored, from the bytes of the leaves to the roots that were signed.
/// Changes nothing. Exit code 0 for a whole store, 1 for one that is not, 2 for wrong usage.
/// </summary>
internal sealed class VerifyVerb : OperatorVerb
{
    /// <inheritdoc/>
    public override string Name => "verify";

    /// <inheritdoc/>
    public override string Summary => "recompute all that a stopped node has stored";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> Options { get; } =
        [OptionCatalog.Config, OptionCatalog.DataDir, OptionCatalog.SthFile, OptionCatalog.LogKeyFile, OptionCatalog.Json];

    /// <inheritdoc/>
    public override async Task<int?> RunAsync(OptionValues values, CancellationToken cancellationToken)
    {
        var read = new OptionReader(values);
        var dataDir = read.Text("data-dir", OptionCatalog.DataDir.Default);
        var sthFile = read.Text("sth-file", OptionCatalog.SthFile.Default);
        var logKey = await read.PublicKeyAsync("log-key-file", cancellationToken);
        var json = read.Flag("json");
        if (values.Problems.Count > 0)
            return null;

        return await RefusalsInWordsAsync(json, () =>
        {
            using var store = Open(dataDir);
            var records = StoredRecords.Read(store, logKey);
            var heads = records.HeadsOf(store, new SthFile(sthFile, HostDisk.Instance), logKey);
            var tree = new StoreVerifier(store).Run(heads, Progress(store, json), cancellationToken);
            var report = tree with { Problems = [.. OtherKey(store, logKey), .. records.Problems, .. tree.Problems] };
            if (json)
                PrintJson(store, heads, records, logKey, report);
            else
                PrintText(dataDir, store, heads, records, logKey, report);
            return Task.FromResult<int?>(report.IsWhole ? 0 : 1);
        });
    }

    private static IEnumerable<string> OtherKey(RocksDbLogStore store, PublicKey? logKey)
    {
        if (logKey is { } key && store.Identity.LogKeyHash is { } stored && stored != key.KeyHash())
            yield return $"the store belongs to the log with key hash {stored}, the key has key hash {key.KeyHash()}";
    }

    private static Progress<ulong>? Progress(RocksDbLogStore store, bool json)
    {
        if (json || Console.IsErrorRedirected)
            return null;
        var size = store.TreeHead.Size;
        return new Progress<ulong>(done => Console.Error.Write($"\r{done} of {size} leaves"));
    }

    private static void PrintText(
        string dataDir, RocksDbLogStore store, ImmutableArray<ClaimedHead> heads, StoredRecords records, PublicKey? logKey,
        VerificationReport report)
    {
        var identity = store.Identity;
        var node = $"{StoreFormat.RoleName(identity.Role)}, tree {StoreFormat.TreeTypeName(identity.TreeType)} "
            + StoreFormat.TreeStateName(identity.TreeState);
        var recomputed = $"{report.Leaves} leaves and {report.Nodes} tree hashes";
        var root = $"{report.Recomputed.RootHash} for size {report.Recomputed.Size}";
        List<(string, string)> claims = [.. heads.Select(head => (
            head.Name, $"size {head.TreeHead.Size}, signature {(logKey is null ? "not checked (--log-key-file)" : "good")}"))];
        claims.AddRange(records.Unknown.Select(key => ($"record {key}", "of a part that this program lacks; not checked")));
        claims.AddRange(report.Problems.Select(problem => ("PROBLEM", problem)));
        var verdict = report.IsWhole ? "whole" : "DAMAGED: do not start this node; keep the directory as it is";
        Report.Table(
            [
                (dataDir, node), ("recomputed", recomputed), ("root", root), ("records", $"{records.Count} read"), .. claims,
                ("the store is", verdict),
            ],
            [
                $"{dataDir}: {node}", $"{recomputed} recomputed", $"{records.Count} records read", $"root {root}",
                .. claims.Select(claim => $"{claim.Item1}: {claim.Item2}"), verdict,
            ]);
    }

    private static void PrintJson(
        RocksDbLogStore store, ImmutableArray<ClaimedHead> heads, StoredRecords records, PublicKey? logKey,
        VerificationReport report) => Report.PrintJson(new
        {
            Role = StoreFormat.RoleName(store.Identity.Role),
            store.Identity.NodeId,
            report.Recomputed.Size,
            RootHash = report.Recomputed.RootHash.ToString(),
            TreeHashes = report.Nodes,
            Records = records.Count,
            RecordsNotChecked = records.Unknown,
            Heads = heads.Select(head => new
            {
                head.Name,
                head.TreeHead.Size,
                Signature = logKey is null ? "not checked" : "good",
            }),
            report.Problems,
            Whole = report.IsWhole,
        });
}
