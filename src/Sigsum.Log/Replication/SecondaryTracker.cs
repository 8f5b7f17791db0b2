using System.Net;
using Sigsum.Client;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Log.Pipeline;
using Sigsum.Log.Publication;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Replication;

/// <summary>
/// The primary's ear for one secondary: asks for its signed tree head, which the secondary holds back until it has
/// stored something new, and passes on what it proves to hold. A log-go secondary answers at once; it is then asked
/// again whenever there is something that it could have fetched, at its own pace.
/// </summary>
internal sealed class SecondaryTracker(
    int number,
    SecondaryPeer peer,
    SecondaryClient client,
    NodeClient node,
    RosterKeeper roster,
    Succession succession,
    HeadReplicas heads,
    ILogStore store,
    ReplicationGate gate,
    PrimaryRole role,
    Action<string>? restart,
    TimeSpan wait,
    TimeSpan pollInterval,
    NodeServices services)
{
    /// <summary>How long one held request may take beyond the time it asks the secondary to hold it.</summary>
    private static readonly TimeSpan HoldSlack = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time = services.Time;
    private readonly HealthCondition _condition =
        services.Health.Register($"secondary {peer.Url.Authority}", reason: "has not answered yet");

    private ulong? _known;
    private Guid? _nodeId;
    private bool _wasAway;

    /// <summary>Listens until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        services.Metrics.Trees.SetSecondarySize(peer.Url, 0);
        var backoff = new Backoff(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(2));
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var held = await AskAsync(cancellationToken);
                backoff.Reset();
                if (!held)
                    await Task.Delay(pollInterval, _time, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is LogClientException or HttpRequestException or FormatException
                                              or SignerException or OperationCanceledException)
            {
                // It may come back as another than it was: then its whole tree head is looked at again, and it hears the roster.
                _known = null;
                _wasAway = true;
                var reason = error is OperationCanceledException
                    ? $"no answer within {(wait + HoldSlack).TotalSeconds:0} s"
                    : error.Message;
                _condition.NotMet($"cannot be asked for its tree head: {reason}");
                await Task.Delay(backoff.Next(), _time, cancellationToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }
        }
    }

    /// <summary>
    /// Whether the node that answers knows this primary's epoch and roster: one that does not is told, and one that cannot
    /// be told does not count.
    /// </summary>
    private async Task<bool> IsOursAsync(NodeGreeting? greeting, ulong holds, CancellationToken cancellationToken)
    {
        if (greeting is { } theirs && !await Herald.TellAsync(node, theirs, succession, cancellationToken))
        {
            _condition.NotMet($"does not take the promotion record of epoch {succession.Latest?.Epoch}");
            return false;
        }

        if (await roster.AdmitAsync(number, greeting, holds, _wasAway, cancellationToken))
        {
            _wasAway = false;
            return true;
        }

        _condition.NotMet("is not counted yet: the roster that lists it is not in force");
        return false;
    }

    /// <returns>Whether the secondary holds requests; if not, the caller paces itself.</returns>
    private async Task<bool> AskAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(wait + HoldSlack, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var asked = _time.GetTimestamp();
        var known = _known;
        SecondaryAnswer answer;
        try
        {
            answer = await client.GetTreeHeadAsync(known, wait, either.Token);
        }
        catch (LogClientException error) when (error.StatusCode == HttpStatusCode.Conflict && succession.Latest is not null)
        {
            // It acknowledges to the primary of another epoch: of an earlier one, if it has missed this one or forgotten it.
            if ((await node.AddPromotionAsync(succession.Latest, either.Token)).IsStored)
                return false;
            throw;
        }

        // One that says that it holds requests, and answers nothing new at once, is paced like one that does not.
        var held = answer.WaitSupported
            && (_time.GetElapsedTime(asked) >= pollInterval || (answer.Head?.TreeHead.Size ?? known) != known);
        if (answer.Node?.NodeId != _nodeId)
        {
            // Another node than before: nothing that the one before said counts for it.
            (_nodeId, _known) = (answer.Node?.NodeId, null);
            heads.Forget(number);
            if (answer.Head is null)
                return true;
        }

        if (answer.Head is not { } head)
            return held;

        _known = null; // Only a tree head that is counted is one to wait for changes of.
        var verdict = Acknowledgement.Judge(head, peer.PublicKey, store.TreeHead, store);
        var holds = verdict == AcknowledgementVerdict.Holds ? head.TreeHead.Size : 0;
        if (!await IsOursAsync(answer.Node, holds, cancellationToken))
        {
            // What it holds may be the log's all the same: an older copy of this node need not know that it was made one of the
            // secondaries, and nothing is signed before its roster is in force.
            if (!roster.InForce && answer.Node is not null && verdict is AcknowledgementVerdict.Ahead or AcknowledgementVerdict.Diverged)
            {
                restart?.Invoke($"secondary {peer.Url.Authority} holds another tree, of {head.TreeHead.Size} leaves: starting again, to "
                    + "compare the two");
            }

            return false;
        }

        switch (verdict)
        {
            case AcknowledgementVerdict.Holds:
                _condition.Met();
                services.Metrics.Trees.SetSecondarySize(peer.Url, head.TreeHead.Size);
                gate.Acknowledge(number, head.TreeHead);
                _known = head.TreeHead.Size;
                return held;

            case AcknowledgementVerdict.NotThisSecondary:
                _condition.NotMet("answers with a tree head that its configured key did not sign; its word is not counted");
                return false;

            case AcknowledgementVerdict.Ahead:
                gate.Withhold(number);
                _condition.NotMet($"holds {head.TreeHead.Size} leaves, this primary only {store.TreeHead.Size}: the primary's "
                    + "store is older than the log. Nothing is signed until the primary has these leaves");
                return false;

            case AcknowledgementVerdict.Diverged:
                var problem = $"secondary {peer.Url.Authority} and this primary have different roots for size "
                    + $"{head.TreeHead.Size}: {head.TreeHead.RootHash} there, "
                    + $"{ProofBuilder.Root(head.TreeHead.Size, store)} here";
                _condition.NotMet(problem);
                role.Revoke(problem);
                // One of ours gives its leaves away: the start finds out which of the two trees the log has signed.
                if (answer.Node is not null)
                    restart?.Invoke($"{problem}: starting again, to compare the two trees");
                return false;

            default:
                throw new InvariantViolationException("unknown verdict on an acknowledgement");
        }
    }
}
