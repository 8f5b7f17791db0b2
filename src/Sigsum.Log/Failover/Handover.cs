using Microsoft.Extensions.Logging;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Log.Hosting;
using Sigsum.Log.Http;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Failover;

/// <summary>What a planned exchange of roles came to.</summary>
/// <param name="Record">The promotion record, which the new primary has stored.</param>
/// <param name="To">Where the new primary is.</param>
/// <param name="Paused">How long no leaf has been taken when it was handed over.</param>
internal sealed record HandoverResult(PromotionRecord Record, Uri To, TimeSpan Paused);

/// <summary>
/// Hands the log over from a primary that runs to one of its secondaries that runs.
/// </summary>
/// <remarks>
/// The order: (1) the secondary proves that it can sign with the log key; (2) no leaf is taken any more, and what is taken is
/// signed; (3) the promotion record is signed, and stored here: from here on this node never signs; (4) the head that was
/// shown last is stored at the secondary; (5) the record is handed over. Before (3) everything can be taken back; after it
/// the record reaches the secondary with the next contact, whatever happens.
/// </remarks>
internal sealed partial class Handover(
    PrimaryOptions options, PrimaryPipeline pipeline, InternalNetwork nodes, NodeServices services)
{
    /// <summary>What a submitter hears meanwhile.</summary>
    public const string Paused = "the log is being handed over to another node, try again";

    /// <summary>How long the log may pause before the exchange is called off.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Leaves that a secondary may lack when the pause begins: what it fetches in a moment.</summary>
    private const ulong MostBehind = 50_000;

    private readonly ILogger _logger = services.Logger<Handover>();

    /// <summary>Hands over to the secondary with this id, or to the only one.</summary>
    /// <exception cref="FailoverException">It is called off; this node goes on as primary.</exception>
    public async Task<HandoverResult> RunAsync(Guid? to, CancellationToken cancellationToken)
    {
        var (number, peer, nodeId) = Choose(to);
        await ProveKeyAsync(peer.Url, cancellationToken);
        var started = services.Time.GetTimestamp();
        var record = await PauseAndSignAsync(number, peer.Url, nodeId, cancellationToken);

        // From here on nothing is taken back, also where whoever asked has gone away.
        pipeline.Succession.Learn(record);
        while (!KnowsLastShown(number) || !await TryHandOverAsync(peer.Url, record))
        {
            if (services.Time.GetElapsedTime(started) > Limit)
            {
                throw new FailoverException($"{peer.Url} is named in the promotion record of epoch {record.Epoch} and has not "
                    + "answered since. It hears of it as soon as it does; if it never does, promote another secondary");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), services.Time, CancellationToken.None);
        }

        var paused = services.Time.GetElapsedTime(started);
        HandedOver(_logger, nodeId, peer.Url, record.Epoch, (long)paused.TotalMilliseconds);
        return new HandoverResult(record, peer.Url, paused);
    }

    private (int Number, SecondaryPeer Peer, Guid NodeId) Choose(Guid? to)
    {
        if (pipeline.Role.RevokedBecause is { } reason)
            throw new FailoverException($"this primary signs nothing any more: {reason}");
        var entries = pipeline.Roster is { InForce: true, Current: { } roster } ? roster.Secondaries : [];
        var known = entries.Where(entry => entry.NodeId is not null && (to is null || entry.NodeId == to)).ToList();
        if (known is not [{ NodeId: { } id } only])
        {
            throw new FailoverException(to is null
                ? $"there are {known.Count} secondaries that could take over; write --to=ID"
                : $"there is no secondary {to:N} in the roster in force");
        }

        var number = options.Secondaries.IndexOf(options.Secondaries.First(peer => peer.Url == only.Url));
        if (pipeline.Gate.AcknowledgedBy(number) is not { } held || pipeline.Store.TreeHead.Size - held.Size > MostBehind)
            throw new FailoverException($"{only.Url} has not caught up: wait until `sigsum-log status` says that it has");
        return (number, options.Secondaries[number], id);
    }

    private async Task ProveKeyAsync(Uri url, CancellationToken cancellationToken)
    {
        var nonce = TestSignature.NewNonce();
        NodeAnswer answer;
        try
        {
            answer = await nodes.Node(url).ProveLogKeyAsync(nonce, cancellationToken);
        }
        catch (LogClientException error)
        {
            throw new FailoverException($"{url} cannot be asked: {error.Message}");
        }

        if (!answer.IsStored)
        {
            throw new FailoverException($"{url} cannot take over: {answer.Text}. A node that changes roles runs as `sigsum-log node` "
                + "and has the log's key (--signing-key-file)");
        }

        if (!Proves(answer.Text, nonce))
            throw new FailoverException($"{url} signs with another key than the log's");
    }

    private bool Proves(string text, byte[] nonce)
    {
        try
        {
            return Ed25519.Verify(pipeline.Key.PublicKey, TestSignature.MessageFor(nonce), Signature.ParseHex(text));
        }
        catch (SigsumFormatException)
        {
            return false;
        }
    }

    private async Task<PromotionRecord> PauseAndSignAsync(
        int number, Uri url, Guid nodeId, CancellationToken cancellationToken)
    {
        var wasFrozen = pipeline.Store.Identity.TreeState == TreeState.Frozen;
        pipeline.Intake.Close(Paused);
        try
        {
            pipeline.Sequencer.Between(static () => { });
            var local = pipeline.Store.TreeHead;
            await UntilAsync(
                () => pipeline.Gate.AcknowledgedBy(number) == local && pipeline.SignedSize.Value >= local.Size, cancellationToken);
            pipeline.Role.Revoked.ThrowIfCancellationRequested();
            return await PromotionRecord.SignAsync(
                (pipeline.Succession.Latest?.Epoch ?? 0) + 1, nodeId, url, local, services.Time.GetUtcNow(), pipeline.Key,
                cancellationToken);
        }
        catch
        {
            if (!wasFrozen)
                pipeline.Intake.Open();
            throw;
        }
    }

    private async Task UntilAsync(Func<bool> holds, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            while (!holds())
                await Task.Delay(TimeSpan.FromMilliseconds(5), services.Time, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new FailoverException(
                $"the secondary did not catch up within {Limit.TotalSeconds:0} s; the exchange is called off");
        }
    }

    private bool KnowsLastShown(int number) =>
        pipeline.Publisher.LastShown is not { } shown || pipeline.Heads.Knows(number, shown.Size);

    private async Task<bool> TryHandOverAsync(Uri url, PromotionRecord record)
    {
        try
        {
            return (await nodes.Node(url).AddPromotionAsync(record)).IsStored;
        }
        catch (LogClientException)
        {
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "handed over to node {NodeId} at {Url}, epoch {Epoch}, after a pause of {Milliseconds} ms")]
    private static partial void HandedOver(ILogger logger, Guid nodeId, Uri url, ulong epoch, long milliseconds);
}
