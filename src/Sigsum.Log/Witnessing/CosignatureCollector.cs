using System.Collections.Immutable;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Signing;
using Sigsum.Messages;
using Sigsum.Policy;

namespace Sigsum.Log.Witnessing;

/// <summary>The cosignatures that came in time, and whether they satisfy the policy.</summary>
/// <param name="Cosignatures">Verified, one per witness.</param>
/// <param name="Quorum">Whether they satisfy the policy; true without a policy.</param>
/// <param name="Witnessed">Whether the policy asks for a quorum, and it is there: the witnesses know of this head.</param>
internal sealed record CollectedCosignatures(ImmutableArray<Cosignature> Cosignatures, bool Quorum, bool Witnessed);

/// <summary>
/// Asks all witnesses of the policy at once. Returns when the quorum is there and a short grace for the others has
/// passed, or everybody has answered, or the deadline is reached. A witness that is still busy with an earlier head
/// is not asked again meanwhile; what comes late is handed to <paramref name="late"/>.
/// </summary>
internal sealed class CosignatureCollector(
    TrustPolicy? policy,
    ImmutableArray<WitnessLane> lanes,
    TimeSpan grace,
    Action<StoredTreeHead, Cosignature> late,
    NodeMetrics metrics,
    TimeProvider time)
{
    private readonly Dictionary<WitnessLane, Task> _busy = [];

    /// <summary>The witnesses that are asked.</summary>
    public IEnumerable<PolicyWitness> Witnesses => lanes.Select(lane => lane.Witness);

    /// <summary>How many witnesses are asked: those of the policy that have a URL.</summary>
    public int Count => lanes.Length;

    /// <summary>Collects cosignatures on <paramref name="head"/> until <paramref name="deadline"/> from now.</summary>
    public async Task<CollectedCosignatures> CollectAsync(
        StoredTreeHead head, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var open = await StartAsync(head, cancellationToken);
        var cosignatures = ImmutableArray.CreateBuilder<Cosignature>();
        var quorum = IsQuorum(cosignatures);
        var counted = policy is { QuorumIsNone: false };
        using var timer = new CancellationTokenSource(quorum ? Shorter(grace, deadline) : deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        while (open.Count > 0)
        {
            Task<Cosignature?> done;
            try
            {
                done = await Task.WhenAny(open).WaitAsync(either.Token);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            open.Remove(done);
            if (await done is not { } cosignature)
                continue;
            cosignatures.Add(cosignature);
            if (quorum || !IsQuorum(cosignatures))
                continue;
            quorum = true;
            metrics.Witnesses.OnQuorumReached(time.GetElapsedTime(started));
            timer.CancelAfter(Shorter(grace, deadline - time.GetElapsedTime(started)));
        }

        cancellationToken.ThrowIfCancellationRequested();
        foreach (var lane in lanes)
        {
            if (_busy[lane] is Task<Cosignature?> unfinished && open.Contains(unfinished))
                _busy[lane] = HandLateAsync(head, unfinished);
        }

        if (counted && !quorum)
            metrics.Witnesses.OnQuorumMissed();
        return new CollectedCosignatures(cosignatures.ToImmutable(), quorum, counted && quorum);
    }

    private async Task<List<Task<Cosignature?>>> StartAsync(StoredTreeHead head, CancellationToken cancellationToken)
    {
        var open = new List<Task<Cosignature?>>(lanes.Length);
        foreach (var lane in lanes)
        {
            if (_busy.TryGetValue(lane, out var earlier))
            {
                if (!earlier.IsCompleted)
                    continue;
                await earlier; // What went wrong with a late answer, such as storing it, is not passed over.
            }

            var task = lane.CosignAsync(head, cancellationToken);
            _busy[lane] = task;
            open.Add(task);
        }

        return open;
    }

    private async Task HandLateAsync(StoredTreeHead head, Task<Cosignature?> unfinished)
    {
        if (await unfinished is { } cosignature)
            late(head, cosignature);
    }

    private bool IsQuorum(ImmutableArray<Cosignature>.Builder cosignatures) =>
        policy is null || policy.IsQuorum(cosignatures.Select(c => c.KeyHash).ToHashSet());

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b)
    {
        var shorter = a < b ? a : b;
        return shorter > TimeSpan.Zero ? shorter : TimeSpan.Zero;
    }
}
