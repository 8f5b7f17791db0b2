using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Log.Hosting;
using Sigsum.Log.Http;
using Sigsum.Log.Replication;
using Sigsum.Log.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;
using Sigsum.Policy;

namespace Sigsum.Log.Failover;

/// <summary>The conversations of a promotion with other nodes and with witnesses, each with a time limit.</summary>
internal sealed class PromotionContacts(PromotionOptions options, Succession succession, NodeServices services) : IDisposable
{
    private readonly InternalNetwork _nodes =
        InternalNetwork.Open(options.Node, succession, services);
    private readonly HttpClient _witnessHttp = services.Machine.NewWitnessHttp();

    /// <summary>Whether anything answers at a node's internal endpoint, whatever it says.</summary>
    public async Task<bool> AnswersAsync(Uri url, CancellationToken cancellationToken)
    {
        try
        {
            await _nodes.Secondary(url).GetTreeHeadAsync(cancellationToken: cancellationToken);
            return true;
        }
        catch (LogClientException error)
        {
            return error.Failure is not (LogClientFailure.Transport or LogClientFailure.Timeout);
        }
    }

    /// <summary>Hands over the promotion record.</summary>
    /// <returns>Whether the node has it on stable storage; a node with another id than expected does not count.</returns>
    public async Task<bool> FenceAsync(Uri url, Guid? nodeId, PromotionRecord record, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await _nodes.Node(url).AddPromotionAsync(record, cancellationToken);
            return answer.IsStored && (nodeId is null || answer.Node?.NodeId == nodeId);
        }
        catch (LogClientException)
        {
            return false;
        }
    }

    /// <summary>The latest roster that any of these nodes knows, if it is later than the one that is known here.</summary>
    public async Task<Roster?> LaterRosterAsync(
        IEnumerable<RosterEntry> others, Roster? known, PublicKey logKey, CancellationToken cancellationToken)
    {
        var rosters = await Task.WhenAll(others.Select(other => RosterOfAsync(other.Url, cancellationToken)));
        var latest = known;
        foreach (var roster in rosters)
        {
            if (roster is not null && roster.LogKey == logKey && roster.Verify() && roster.IsLaterThan(latest))
                latest = roster;
        }

        return ReferenceEquals(latest, known) ? null : latest;
    }

    /// <summary>Whether a node answers and is a primary.</summary>
    public async Task<bool> IsPrimaryAsync(Uri url, CancellationToken cancellationToken)
    {
        try
        {
            return NodeStatus.Parse(await _nodes.Node(url).GetStatusAsync(cancellationToken)).Role == "primary";
        }
        catch (Exception error) when (error is LogClientException or SigsumFormatException)
        {
            return false;
        }
    }

    /// <summary>Compares the tree here with what a node says that it holds, before anything is changed. One that cannot be asked is
    /// compared when it has been fenced.</summary>
    /// <param name="other">The node.</param>
    /// <param name="store">The tree here.</param>
    /// <param name="signed">Size of the largest head in it that the log is known to have signed.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="FailoverException">It is another tree, which may be the log's.</exception>
    public async Task CompareAsync(RosterEntry other, ILogStore store, ulong signed, CancellationToken cancellationToken)
    {
        try
        {
            var status = NodeStatus.Parse(await _nodes.Node(other.Url).GetStatusAsync(cancellationToken));
            if (status.NodeId != other.NodeId)
                return;
            var held = new TreeHead(status.Size, status.RootHash);
            await IsSameTreeAsync(other.Url, held, _nodes.Feed(other.Url), store, signed, cancellationToken);
        }
        catch (Exception error) when (error is LogClientException or SigsumFormatException)
        {
            // Later.
        }
    }

    /// <summary>Fetches what a fenced node holds beyond the tree here, and proves that it leads to what it has signed.</summary>
    /// <param name="other">The node.</param>
    /// <param name="store">The tree here.</param>
    /// <param name="signed">Size of the largest head in it that the log is known to have signed.</param>
    /// <param name="cancellationToken">Ends it between two batches.</param>
    /// <returns>False where the node holds another tree, which is certainly not the log's: nothing of it is taken.</returns>
    /// <exception cref="FailoverException">It cannot be fetched, or is another tree, which may be the log's.</exception>
    public async Task<bool> FetchAsync(RosterEntry other, ILogStore store, ulong signed, CancellationToken cancellationToken)
    {
        try
        {
            var head = await _nodes.Secondary(other.Url).GetHeldTreeHeadAsync(cancellationToken);
            if (!head.Verify(other.PublicKey))
                throw new FailoverException($"what {other.Url} says that it holds is not signed with its key {other.PublicKey}");
            var feed = _nodes.HeldFeed(other.Url);
            if (!await IsSameTreeAsync(other.Url, head.TreeHead, feed, store, signed, cancellationToken))
                return false;
            await new LeafCopier(store).CopyAsync(feed, head.TreeHead, null, cancellationToken);
            return true;
        }
        catch (Exception error) when (error is LogClientException or StoreException)
        {
            throw new FailoverException($"what {other.Url} holds cannot be fetched: {error.Message}. Run this again");
        }
    }

    /// <summary>Asks the witnesses what they have cosigned.</summary>
    public Task<WitnessSurvey> AskWitnessesAsync(
        TrustPolicy policy, SignedTreeHead known, PublicKey logKey, CancellationToken cancellationToken) =>
        new WitnessInquiry(_witnessHttp, _nodes.Requests).AskAsync(policy, known, logKey, cancellationToken);

    /// <summary>
    /// Whether of two trees one is the beginning of the other. A primary that was put back to an older copy may have given different
    /// leaves to two secondaries. Where the log has signed what is here beyond the common part, it has signed nothing else there; where
    /// that is not known, either may be the log's, since not both had to hold what was signed.
    /// </summary>
    private static async Task<bool> IsSameTreeAsync(
        Uri url, TreeHead held, FeedClient feed, ILogStore store, ulong signed, CancellationToken cancellationToken)
    {
        var size = Math.Min(held.Size, store.TreeHead.Size);
        if (size == held.Size && held.RootHash == ProofBuilder.Root(size, store))
            return true;
        if (await new RemoteTree(feed).CommonPrefixAsync(store, size, cancellationToken) is not { } common)
            throw new FailoverException($"{url} holds {held.Size} leaves, and does not tell its roots");
        if (common.Size == size && size < held.Size)
            return true;
        if (common.Size < signed)
            return false;
        throw new FailoverException($"{url} holds another tree from size {common.Size} on than this node, and only one of the two can be the "
            + "log's. As long as the primary can run, let it: it compares the trees of both. If it is lost, see which one has what the log has "
            + "signed last (the witnesses and the log's readers know it), and promote that one; stop the other, and write --lost-node for it");
    }

    /// <summary>Null too where it cannot be asked: whoever cannot be asked now cannot be fenced either, and is missed there.</summary>
    private async Task<Roster?> RosterOfAsync(Uri url, CancellationToken cancellationToken)
    {
        try
        {
            return await _nodes.Node(url).GetRosterAsync(cancellationToken);
        }
        catch (LogClientException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _nodes.Dispose();
        _witnessHttp.Dispose();
    }
}
