using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Sigsum.Ascii;
using Sigsum.Client;
using Sigsum.Log.Hosting;
using Sigsum.Log.Http;
using Sigsum.Log.Replication;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Failover;

/// <summary>
/// Brings a primary whose store is older than the log up to date before it starts: whatever a secondary holds beyond this
/// tree may be committed. Leaves that only this node has were never signed; they give way, and go to the end.
/// </summary>
/// <remarks>
/// For each secondary: ask for its signed tree head; where it holds more, find the largest tree that both have; refuse if a
/// head that the log has signed lies beyond that (two logs under one key: nothing here can mend it); set own leaves beyond
/// it aside in a file; take them off; copy the secondary's leaves and prove that they lead to its head; put the own ones at
/// the end. A crash at any point leaves a tree from which the next start does the same. Where two secondaries hold different leaves,
/// the first one that is fetched from wins: the other ones are such as this node took, and gave away, before it knew better.
/// </remarks>
/// <param name="store">The tree of this primary.</param>
/// <param name="dataDir">Where leaves are set aside.</param>
/// <param name="signed">Heads that the log has signed, as far as is known here.</param>
/// <param name="inherited">Where this node was promoted and has signed nothing since, the size that it was promoted with: all of
/// that may have been signed by the primary before, and none of it gives way. Else 0.</param>
/// <param name="nodes">How the secondaries are reached.</param>
/// <param name="services">The node's surroundings.</param>
internal sealed partial class TreeRecovery(
    ILogStore store, string? dataDir, ImmutableArray<ClaimedHead> signed, ulong inherited, InternalNetwork nodes, NodeServices services)
{
    /// <summary>How long a secondary may take to say what it holds; one that is away is listened to later.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Name of the stored record with the size up to which leaves were fetched back, or are to be: all of it may have been signed,
    /// and shown, by this log before, although no head here says so.
    /// </summary>
    public const string RecordKey = "recovered";

    /// <summary>Name of the stored record with the size up to which they are there. What came into their place while the node that
    /// holds them was away is not among them.</summary>
    public const string FetchedKey = "fetched-back";

    /// <summary>Name of the stored record with the size that the node was promoted with.</summary>
    public const string InheritedKey = "promoted-size";

    private readonly ILogger _logger = services.Logger<TreeRecovery>();

    /// <summary>The size in the record; null where nothing was ever fetched back.</summary>
    /// <exception cref="StoreException">The record is damaged.</exception>
    public static ulong? RecoveredTo(ILogStore store) => ReadSize(store, RecordKey);

    /// <summary>What a node that is promoted stores of the tree that it holds.</summary>
    public static StoreRecord Inherits(ILogStore store) => StoreRecord.OfNumber(InheritedKey, store.TreeHead.Size);

    /// <summary>How much of a tree gives way to nobody, because the primary before may have signed it.</summary>
    /// <exception cref="StoreException">The record is damaged.</exception>
    public static ulong InheritedSize(ILogStore store, StartupMode mode) =>
        StartupFile.IsOfPromotion(mode) ? ReadSize(store, InheritedKey) ?? ulong.MaxValue : 0;

    /// <summary>
    /// How much of a primary's tree gives way to no secondary, signed or not: what it was promoted with, and what it has fetched
    /// back; without the latter the leaves of two secondaries would take turns for ever.
    /// </summary>
    /// <exception cref="StoreException">The record is damaged.</exception>
    public static ulong KeptSize(ILogStore store, ulong inherited) =>
        Math.Min(store.TreeHead.Size, Math.Max(inherited, ReadSize(store, FetchedKey) ?? 0));

    /// <summary>Refuses the birth of a log that is there already: an existing log is never started as an empty one.</summary>
    /// <exception cref="StartupException">A secondary holds leaves.</exception>
    public async Task RequireEmptyAsync(ImmutableArray<SecondaryPeer> secondaries, CancellationToken cancellationToken)
    {
        foreach (var peer in secondaries)
        {
            if (await AskAsync(peer, cancellationToken) is { Size: > 0 } head)
            {
                throw new StartupException($"startup=empty, but the secondary {peer.Url} holds {head.Size} leaves: an existing "
                    + "log is never started as an empty one. Promote that secondary, or give this log secondaries of its own");
            }
        }
    }

    /// <summary>Asks every secondary in turn and fetches what is lacking.</summary>
    /// <exception cref="StoreException">The store failed, or what was fetched does not fit; the next start tries
    /// again.</exception>
    public async Task<RecoveryOutcome> RunAsync(
        ImmutableArray<SecondaryPeer> secondaries, IProgress<ulong>? progress, CancellationToken cancellationToken)
    {
        RecoveryOutcome outcome = new RecoveryOutcome.NothingLacking();
        foreach (var peer in secondaries)
        {
            if (await AskAsync(peer, cancellationToken) is not { } head)
                continue;
            switch (await RecoverAsync(peer.Url, head, progress, cancellationToken))
            {
                case RecoveryOutcome.Impossible impossible:
                    // The next one may hold what is lacking all the same.
                    outcome = impossible;
                    break;
                case RecoveryOutcome.Recovered recovered:
                    outcome = outcome is RecoveryOutcome.Impossible ? outcome : recovered;
                    Recovered(_logger, recovered.From, recovered.Before.Size, recovered.After.Size);
                    break;
            }
        }

        return outcome;
    }

    /// <summary>Fetches what one node holds beyond the tree here.</summary>
    /// <param name="url">The node's internal endpoint.</param>
    /// <param name="head">What it holds, as it has signed.</param>
    /// <param name="progress">Told the size after each batch.</param>
    /// <param name="cancellationToken">Ends it between two batches.</param>
    public async Task<RecoveryOutcome> RecoverAsync(
        Uri url, TreeHead head, IProgress<ulong>? progress, CancellationToken cancellationToken)
    {
        var before = store.TreeHead;
        if (head.Size <= before.Size && ProofBuilder.Root(head.Size, store) == head.RootHash)
            return new RecoveryOutcome.NothingLacking();
        var feed = nodes.Feed(url);
        var both = Math.Min(before.Size, head.Size);
        if (await new RemoteTree(feed).CommonPrefixAsync(store, both, cancellationToken) is not { } common)
        {
            return new RecoveryOutcome.Impossible($"{url} holds {head.Size} leaves, here are {before.Size}, and it does not give "
                + "its leaves away: bring back the full data directory, or promote that node");
        }

        var kept = KeptSize(store, inherited);
        if (common.Size < kept)
        {
            return new RecoveryOutcome.Impossible($"{url} holds another tree from size {common.Size} on than this node, which was "
                + $"promoted with, or has fetched back, {kept} leaves: `sigsum-log rejoin` that node, or make it anew");
        }

        if (Beyond(common) is { } problem)
            return new RecoveryOutcome.Impossible($"{url} holds another tree from size {common.Size} on, and {problem}");

        // Before anything is changed: a crash on the way must not let this node forget that the log is larger.
        store.CommitRecords([StoreRecord.OfNumber(RecordKey, head.Size)]);
        var setAside = before.Size > common.Size ? SetAside(common) : null;
        await new LeafCopier(store, size => StoreRecord.OfNumber(FetchedKey, size)).CopyAsync(feed, head, progress, cancellationToken);
        if (setAside is not null)
            PutBack(setAside);
        return new RecoveryOutcome.Recovered(url, before, store.TreeHead, setAside);
    }

    private static ulong? ReadSize(ILogStore store, string key)
    {
        if (store.ReadRecord(key) is not { } bytes)
            return null;
        return Decimal63.TryParse(bytes, out var size) ? size : throw new StoreException($"the stored size '{key}' is damaged");
    }

    /// <summary>A head that the log has signed, that is a head of the tree here, and that is not in the common part.</summary>
    private string? Beyond(TreeHead common) => signed
        .Where(head => head.TreeHead.Size > common.Size && head.TreeHead.Size <= store.TreeHead.Size
            && ProofBuilder.Root(head.TreeHead.Size, store) == head.TreeHead.RootHash)
        .Select(head => $"{head.Name} was signed for size {head.TreeHead.Size}: the log has forked. Nothing is changed; keep both "
            + "nodes as they are")
        .FirstOrDefault();

    private string SetAside(TreeHead common)
    {
        var path = SetAsideFile.PathFor(
            dataDir ?? Path.GetTempPath(), common.Size, store.TreeHead.Size, services.Time.GetUtcNow());
        SetAsideFile.Write(services.Machine.Disk, path, store, common.Size);
        var identity = store.Identity;
        store.Truncate(common, [identity with { TreeState = TreeState.Frozen }, identity], []);
        TakenOff(_logger, common.Size, path);
        return path;
    }

    private void PutBack(string path)
    {
        var appender = TreeAppender.Restore(store);
        foreach (var leaves in SetAsideFile.ReadBack(services.Machine.Disk, path))
        {
            var fresh = leaves.Where(leaf => store.FindLeaf(leaf.LeafHash()) is null).ToImmutableArray();
            if (fresh.IsEmpty)
                continue;
            var batch = appender.Prepare(fresh, [.. fresh.Select(leaf => leaf.LeafHash())], []);
            store.Commit(batch);
            appender.Accept(batch);
        }
    }

    /// <summary>What a secondary has signed that it holds; null where it cannot be asked, or another node answers.</summary>
    private async Task<TreeHead?> AskAsync(SecondaryPeer peer, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience, services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var answer = await nodes.Secondary(peer.Url).GetTreeHeadAsync(cancellationToken: either.Token);
            return answer is { Node: not null, Head: { } head } && head.Verify(peer.PublicKey) ? head.TreeHead : null;
        }
        catch (Exception error) when (error is LogClientException
            || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            NotAsked(_logger, peer.Url, error.Message);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Url} cannot be asked before the start what it holds: {Reason}")]
    private static partial void NotAsked(ILogger logger, Uri url, string reason);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "leaves from index {Start} on, which were never signed, gave way; they are kept in {Path}")]
    private static partial void TakenOff(ILogger logger, ulong start, string path);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "this store was older than the log: fetched back from {Url}, size {Before} before and {After} now")]
    private static partial void Recovered(ILogger logger, Uri url, ulong before, ulong after);
}
