using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Log.Hosting;
using Sigsum.Log.Http;
using Sigsum.Log.Replication;
using Sigsum.Log.Storage;
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

    /// <summary>Fetches what a fenced node holds beyond the tree here, and proves that it leads to what it has signed.</summary>
    /// <exception cref="FailoverException">It cannot be fetched, or is another tree.</exception>
    public async Task FetchAsync(RosterEntry other, ILogStore store, CancellationToken cancellationToken)
    {
        try
        {
            var head = await _nodes.Secondary(other.Url).GetHeldTreeHeadAsync(cancellationToken);
            if (!head.Verify(other.PublicKey))
                throw new FailoverException($"what {other.Url} says that it holds is not signed with its key {other.PublicKey}");
            if (head.TreeHead.Size <= store.TreeHead.Size)
                return;
            var feed = _nodes.HeldFeed(other.Url);
            var size = store.TreeHead.Size;
            if (await new RemoteTree(feed).CommonPrefixAsync(store, size, cancellationToken) is not { } common || common.Size != size)
                throw new FailoverException($"{other.Url} holds {head.TreeHead.Size} leaves, and this tree is no part of its tree");
            await new LeafCopier(store).CopyAsync(feed, head.TreeHead, null, cancellationToken);
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
