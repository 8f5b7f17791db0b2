using Sigsum.Log.Hosting;
using Sigsum.Log.Http;
using Sigsum.Log.Replication;
using Sigsum.Log.Scrubbing;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Failover;

/// <summary>
/// Builds a damaged store again: the leaves come from another node that holds at least as many, the root that they make is compared
/// with the one that was stored here, and identity and records, which have checksums of their own, are taken over. So it is the same
/// node afterwards, and holds whatever it has acknowledged or signed; nobody has to be told.
/// </summary>
internal sealed class StoreRebuild(RecoverOptions options, InternalNetwork nodes, NodeServices services)
{
    /// <summary>Whether the other node can have all leaves that are here.</summary>
    /// <exception cref="FailoverException">It cannot.</exception>
    public void Check(NodeStatus theirs, ILogStore store)
    {
        if (theirs.LogKeyHash is not { } log || log != store.Identity.LogKeyHash?.ToString())
            throw new FailoverException($"{options.From} does not say that it holds the log of this node");
        if (theirs.Size < store.TreeHead.Size)
        {
            throw new FailoverException($"{options.From} holds {theirs.Size} leaves, this node {store.TreeHead.Size}: name one that holds "
                + "all of them. Keep this directory as it is; it may be the only one that has the rest");
        }
    }

    /// <summary>Builds it.</summary>
    /// <returns>The tree, as it was before and is now, and the path of what was there before.</returns>
    /// <exception cref="FailoverException">The leaves cannot be had, or are not those of this tree. Nothing has changed.</exception>
    public async Task<(TreeHead Head, string Kept)> RunAsync(
        NodeStatus theirs, IProgress<ulong>? progress, CancellationToken cancellationToken)
    {
        var aside = $"store-damaged-{SetAsideFile.Stamp(services.Time.GetUtcNow())}";
        TreeHead head = default;
        await services.Machine.RebuildStoreAsync(options.DataDir, aside, async (damaged, rebuilt) =>
        {
            head = damaged.TreeHead;
            var feed = GivesToFollowers(theirs) ? nodes.Feed(options.From) : nodes.HeldFeed(options.From);
            await new LeafCopier(rebuilt).CopyAsync(feed, head, progress, cancellationToken);
            rebuilt.UpdateIdentity(
                damaged.Identity, [.. damaged.ReadRecords("").Where(record => record.Key != DamageMark.RecordKey)]);
            var heads = StoredRecords.Read(rebuilt, options.LogKey)
                .HeadsOf(rebuilt, new SthFile(options.SthFile, services.Machine.Disk), options.LogKey);
            var report = new StoreVerifier(rebuilt).Run(heads, null, cancellationToken);
            if (!report.IsWhole)
                throw new FailoverException($"what was built is not this node's tree: {report.Problems[0]}. Nothing was changed");
        });
        return (head, Path.Combine(options.DataDir, aside));
    }

    /// <summary>A node that was primary, and is not the next one's secondary yet, gives its leaves by another name.</summary>
    private static bool GivesToFollowers(NodeStatus theirs) =>
        theirs.Role == StoreFormat.RoleName(NodeRole.Primary) && (theirs.PromotedNode is not { } named || named == theirs.NodeId);
}
