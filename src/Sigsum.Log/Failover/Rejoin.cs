using System.Collections.Immutable;
using Sigsum.Client;
using Sigsum.Log.Hosting;
using Sigsum.Log.Http;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Failover;

/// <summary>What a rejoin has to know beside the directory.</summary>
/// <param name="DataDir">Where leaves are set aside.</param>
/// <param name="SthFile">The signed tree head of the time as primary.</param>
/// <param name="PrimaryUrl">Internal endpoint of the log's primary.</param>
/// <param name="DryRun">Prove everything, change nothing.</param>
/// <param name="Node">How the primary is reached: time limit and certificates.</param>
/// <param name="KeepAll">Refuse where leaves would have to be set aside.</param>
internal sealed record RejoinOptions(
    string DataDir, string SthFile, Uri PrimaryUrl, bool DryRun, NodeOptions Node, bool KeepAll = false);

/// <summary>
/// Makes a stopped node a secondary that can follow the log's primary: most of the time the primary before, or a secondary whose tree
/// has come to differ. Leaves that only this node has, and that nobody ever signed, are set aside in a file; anything that was signed
/// is never dropped.
/// </summary>
/// <remarks>
/// A crash at any point leaves the node as it was, perhaps with the file of leaves beside it; the change itself is one
/// transaction. Run again, it completes.
/// </remarks>
/// <param name="options">What to do.</param>
/// <param name="store">The node's.</param>
/// <param name="services">Its surroundings.</param>
/// <param name="agree">Asks the operator.</param>
/// <param name="running">What the node knows of promotions, which is stored as soon as it is learned, where it runs beside
/// this; null for a stopped one.</param>
internal sealed class Rejoin(
    RejoinOptions options, ILogStore store, NodeServices services, Func<string, Task<bool>> agree, Succession? running = null)
{
    private readonly FailoverSteps _steps = new();
    private readonly HashSet<ulong> _followed = [];
    private Uri _primaryUrl = options.PrimaryUrl;

    /// <summary>Makes the node a secondary, or says why not.</summary>
    /// <exception cref="FailoverException">It refuses; nothing was changed.</exception>
    public async Task<FailoverReport> RunAsync(CancellationToken cancellationToken)
    {
        var identity = store.Identity;
        if (identity.LogKeyHash is not { } log)
            throw new FailoverException("this store has never been told its log's key: there is nothing to rejoin");
        Step("store", $"{StoreFormat.RoleName(identity.Role)} {identity.NodeId:N} of log {log}, size {store.TreeHead.Size}");

        // What a stopped node learns of a promotion is kept in memory first: a rehearsal changes nothing.
        var succession = running ?? Succession.ForRehearsal(store, services);
        using var nodes = InternalNetwork.Open(options.Node, succession, services);
        var (record, primary) = await AskPrimaryAsync(nodes, succession, cancellationToken);
        var common = await CommonAsync(nodes, primary.Size, cancellationToken);
        if (identity.Role == NodeRole.Secondary)
            CheckReplaced(common, primary.KeptSize ?? 0);
        CheckSigned(common, record?.LogKey);

        var beyond = store.TreeHead.Size - common.Size;
        if (identity.Role == NodeRole.Secondary && beyond == 0 && Succession.Load(store)?.Id() == record?.Id())
        {
            Step("nothing to do", "this node is a secondary of that primary already");
            return Report(changed: false, common, null);
        }

        if (options.DryRun)
            return Report(changed: false, common, null);
        if (options.KeepAll && beyond > 0)
        {
            throw new FailoverException($"{beyond} leaves that nobody has signed are on this node only: `sigsum-log rejoin` sets them "
                + "aside in a file");
        }

        if (!await agree(beyond == 0
            ? "Make this node a secondary?"
            : $"Make this node a secondary, and set aside {beyond} leaves that nobody has signed and the primary does not have?"))
        {
            throw new FailoverException("not agreed to; nothing was changed");
        }

        return Report(changed: true, common, Change(identity, record, common));
    }

    private async Task<(PromotionRecord? Record, NodeStatus Primary)> AskPrimaryAsync(
        InternalNetwork nodes, Succession succession, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var status = NodeStatus.Parse(await nodes.Node(_primaryUrl).GetStatusAsync(cancellationToken));
                if (succession.Latest is not { } record)
                {
                    // Before the first promotion there is no other primary than the one that a secondary has always followed.
                    if (store.Identity.Role == NodeRole.Secondary && status is { Role: "primary", Epoch: 0 }
                        && status.LogKeyHash == store.Identity.LogKeyHash?.ToString())
                    {
                        Step("primary", $"{_primaryUrl}: node {status.NodeId:N}, never promoted, size {status.Size}");
                        return (null, status);
                    }

                    throw new FailoverException($"neither this node nor {_primaryUrl} knows of a promotion: this node is still the "
                        + "log's primary, or that one is of another log");
                }

                if (record.NodeId == status.NodeId && status.Role == "primary")
                {
                    Step("primary", $"{_primaryUrl}: node {status.NodeId:N}, epoch {record.Epoch}, size {status.Size}");
                    return (record, status);
                }

                // Whoever was asked knows a later primary: its record is signed with the log's key, so it is believed.
                if (record.NodeUrl is not { } named || named == _primaryUrl || !_followed.Add(record.Epoch))
                {
                    throw new FailoverException($"{_primaryUrl} is a {status.Role}, node {status.NodeId:N}; the promotion record of "
                        + $"epoch {record.Epoch} names node {record.NodeId:N} at {record.NodeUrl}: write --primary-url of that one");
                }

                Step("followed", $"{_primaryUrl} says that epoch {record.Epoch} is that of {named}");
                _primaryUrl = named;
            }
        }
        catch (Exception error) when (error is LogClientException or SigsumFormatException)
        {
            throw new FailoverException($"the primary at {_primaryUrl} cannot be asked: {error.Message}");
        }
    }

    private async Task<TreeHead> CommonAsync(InternalNetwork nodes, ulong theirs, CancellationToken cancellationToken)
    {
        try
        {
            var remote = new RemoteTree(nodes.Feed(_primaryUrl));
            var both = Math.Min(store.TreeHead.Size, theirs);
            var common = await remote.CommonPrefixAsync(store, both, cancellationToken)
                ?? throw new FailoverException($"{_primaryUrl} does not tell its roots");
            Step("trees", common.Size == store.TreeHead.Size
                ? $"the primary has all {common.Size} leaves of this node"
                : $"the same up to size {common.Size}; {store.TreeHead.Size - common.Size} leaves are on this node only");
            return common;
        }
        catch (LogClientException error)
        {
            throw new FailoverException($"the primary at {_primaryUrl} cannot be asked: {error.Message}");
        }
    }

    /// <summary>Whatever this node has signed or published must be in the primary's tree.</summary>
    private void CheckSigned(TreeHead common, Crypto.PublicKey? logKey)
    {
        foreach (var (what, head) in Signed(logKey))
        {
            if (head.Size > common.Size || ProofBuilder.Root(head.Size, store) != head.RootHash)
            {
                throw new FailoverException($"{what} is signed for size {head.Size}, root {head.RootHash}; the primary has this node's tree up "
                    + $"to size {common.Size}, and not that one: the log has forked. Nothing is changed; keep this directory as it is, it is "
                    + "the evidence");
            }

            Step("signed", $"{what}: size {head.Size}, in the primary's tree");
        }
    }

    private ImmutableArray<ClaimedHead> Signed(Crypto.PublicKey? logKey)
    {
        try
        {
            return PrimaryStartup.ClaimedHeads(store, new SthFile(options.SthFile, services.Machine.Disk), logKey);
        }
        catch (StartupException error)
        {
            throw new FailoverException(error.Message);
        }
    }

    /// <summary>
    /// What a secondary holds may be committed on its word, although no head here says so: it gives leaves up only where the log
    /// certainly has others in their place. A primary that lacks them may be an older copy of itself, which has not asked yet.
    /// </summary>
    private void CheckReplaced(TreeHead common, ulong kept)
    {
        if (store.TreeHead.Size > common.Size && kept <= common.Size)
        {
            throw new FailoverException($"this secondary holds {store.TreeHead.Size - common.Size} leaves that the primary lacks, and they may "
                + "be committed: the primary may be an older copy of itself. Start this node as it is, and the primary fetches them; if they "
                + "are certainly of no use, make the node anew (`sigsum-log init --role=secondary`)");
        }
    }

    private string? Change(StoreIdentity identity, PromotionRecord? record, TreeHead common)
    {
        string? setAside = null;
        if (store.TreeHead.Size > common.Size)
        {
            setAside = SetAsideFile.PathFor(options.DataDir, common.Size, store.TreeHead.Size, services.Time.GetUtcNow());
            SetAsideFile.Write(services.Machine.Disk, setAside, store, common.Size);
        }

        var steps = identity.StepsTo(NodeRole.Secondary);
        StoreRecord[] records = [Herald.ToStore([]), LostNodesRecord.ToStore([])];
        // One that runs has stored the record, and perhaps a later one since.
        if (running is null && record is not null)
            records = [Succession.ToStore(record), .. records];
        if (setAside is null)
            store.UpdateIdentity(steps, records);
        else
            store.Truncate(common, steps, records);
        Takeover.PutAway(store, options.SthFile, services.Machine.Disk);
        return setAside;
    }

    private FailoverReport Report(bool changed, TreeHead common, string? setAside)
    {
        if (changed)
            Step("tree", $"PREORDERED_LOG, size {common.Size}; role secondary: done in one transaction");
        if (setAside is not null)
            Step("set aside", setAside);
        return new FailoverReport(changed, _steps.All,
        [
            "start this node as secondary, with a key of its own: `sigsum-log secondary --primary-url=" + _primaryUrl + "`",
            "tell the primary of it (--secondary-url, --secondary-pubkey-file)",
        ]);
    }

    private void Step(string name, string finding) => _steps.Add(name, finding);
}
