using Sigsum.Log.Diagnostics;
using Sigsum.Log.Pipeline;
using Sigsum.Log.Signing;
using Sigsum.Log.Witnessing;

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
    RotationBudget budget,
    bool requireQuorum,
    TimeSpan interval,
    NodeHealth health,
    TimeProvider time)
{
    private readonly HealthCondition _quorum =
        health.Register("witness quorum", required: requireQuorum, reason: "no round of cosigning is over yet");

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
                publisher.Publish(head, []);
                return (head, false);
            }

            budget.Spend();
            var collected = await round.CollectAsync(head, Remaining(started), cancellationToken);
            Report(collected, round.Count, head);
            if (collected.Quorum)
            {
                publisher.Publish(head, collected.Cosignatures);
                return (head, true);
            }

            // The witnesses that did answer are asked again too, so this is held to their budget as well.
            var pause = Longer(backoff.Next(), budget.UntilNext());
            if (pause >= Remaining(started))
            {
                await PauseAsync(Remaining(started), cancellationToken);
                if (!requireQuorum)
                    publisher.Publish(head, collected.Cosignatures);
                return (head, true);
            }

            await PauseAsync(pause, cancellationToken);
        }
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
