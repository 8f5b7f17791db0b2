using System.Collections.Immutable;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Pipeline;
using Sigsum.Log.Signing;
using Sigsum.Log.Witnessing;
using Sigsum.Messages;

namespace Sigsum.Log.Publication;

/// <summary>
/// Moves the published tree head on. Driven by new signed heads: an idle log publishes a leaf at once; a busy one
/// takes everything that was signed meanwhile, as fast as its witnesses accept. After each interval the head is
/// cosigned afresh, whether it has grown or not.
/// </summary>
internal sealed class Rotation(
    TreeHeadSigner signer,
    Watermark signedSize,
    Func<CosignatureCollector> collector,
    Publisher publisher,
    HeadReplicas replicas,
    RotationBudget budget,
    bool requireQuorum,
    TimeSpan interval,
    NodeHealth health,
    TimeProvider time)
{
    private readonly HealthCondition _quorum =
        health.Register("witness quorum", required: requireQuorum, reason: "no round of cosigning is over yet");

    private readonly HealthCondition _known = health.Register("published head", reason: "nothing is published yet");

    /// <summary>Rotates until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await signer.HasHead.WaitAsync(cancellationToken);
        while (true)
        {
            var started = time.GetTimestamp();
            var (head, witnessed) = await CosignAndPublishAsync(started, cancellationToken);
            await WaitForNextAsync(head, witnessed, started, cancellationToken);
        }
    }

    /// <summary>
    /// Asks the witnesses, again and again until the quorum is there or the interval is over, and publishes.
    /// </summary>
    private async Task<(StoredTreeHead Head, bool Witnessed)> CosignAndPublishAsync(
        long started, CancellationToken cancellationToken)
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(8));
        while (true)
        {
            var head = signer.Last!;
            var round = collector();
            if (round.Count == 0 && !requireQuorum)
            {
                _quorum.Met();
                await PublishAsync(head, [], witnessed: false, cancellationToken);
                return (head, false);
            }

            budget.Spend();
            var collected = await round.CollectAsync(head, Remaining(started), cancellationToken);
            Report(collected, round.Count, head);
            if (collected.Quorum)
            {
                await PublishAsync(head, collected.Cosignatures, collected.Witnessed, cancellationToken);
                return (head, true);
            }

            // The witnesses that did answer are asked again too, so this is held to their budget as well.
            var pause = Longer(backoff.Next(), budget.UntilNext());
            if (pause >= Remaining(started))
            {
                await PauseAsync(Remaining(started), cancellationToken);
                if (!requireQuorum)
                    await PublishAsync(head, collected.Cosignatures, collected.Witnessed, cancellationToken);
                return (head, true);
            }

            await PauseAsync(pause, cancellationToken);
        }
    }

    /// <summary>
    /// A larger head is shown when the secondaries know it, so that none of them, promoted, would show less. Where they are
    /// away, a quorum of witnesses that has cosigned it will do after an interval: a promotion asks them.
    /// </summary>
    private async Task PublishAsync(
        StoredTreeHead head, ImmutableArray<Cosignature> cosignatures, bool witnessed, CancellationToken cancellationToken)
    {
        publisher.Prepare(head, cosignatures);
        while (head.Size > publisher.Size.Value && !await replicas.WaitAsync(head.Size, interval, cancellationToken))
        {
            if (witnessed)
                break;
            _known.NotMet($"size {head.Size} waits until the secondaries have stored it");
        }

        publisher.Publish();
        _known.Met();
    }

    private void Report(CollectedCosignatures collected, int asked, StoredTreeHead head)
    {
        if (collected.Quorum)
            _quorum.Met();
        else
            _quorum.NotMet($"{collected.Cosignatures.Length} of {asked} witnesses cosigned size {head.Size}");
    }

    private async Task WaitForNextAsync(
        StoredTreeHead head, bool witnessed, long started, CancellationToken cancellationToken)
    {
        var grown = await signedSize.WaitAboveAsync(head.Size, Remaining(started), time, cancellationToken);
        if (grown && witnessed)
            await PauseAsync(Shorter(budget.UntilNext(), Remaining(started)), cancellationToken);
    }

    private TimeSpan Remaining(long started)
    {
        var remaining = interval - time.GetElapsedTime(started);
        return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private async Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        if (pause > TimeSpan.Zero)
            await Task.Delay(pause, time, cancellationToken);
    }
}
