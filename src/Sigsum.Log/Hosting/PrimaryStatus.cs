using System.Collections.Immutable;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Failover;
using Sigsum.Log.Publication;
using Sigsum.Log.Scrubbing;

namespace Sigsum.Log.Hosting;

/// <summary>The status of a primary that runs: what its store says, and what it has heard since.</summary>
internal sealed class PrimaryStatus(PrimaryOptions options, PrimaryPipeline pipeline, NodeServices services)
{
    /// <summary>The node as it is now.</summary>
    public NodeStatus Read()
    {
        var now = services.Time.GetUtcNow();
        var shown = pipeline.Publisher.Current;
        var reasons = NotReady();
        return StatusOfStore.Read(pipeline.Store, null, now) with
        {
            Running = true,
            SignedSize = pipeline.Signer.Last?.Size,
            KeptSize = pipeline.KeptSize,
            PublishedSize = shown?.Size,
            HeadAgeSeconds = shown is null ? null : (long)Math.Max(0, (now - shown.SignedAt).TotalSeconds),
            Quorum = options.SecondaryQuorum,
            Secondaries =
            [
                .. options.Secondaries.Select((peer, i) => new SecondaryStatus(
                    pipeline.Roster.Current?.Secondaries.FirstOrDefault(e => e.Url == peer.Url)?.NodeId, peer.Url,
                    pipeline.Gate.AcknowledgedBy(i)?.Size)),
            ],
            Witnesses = Witnesses(shown, now),
            Scrub = ScrubStatus.Of(options.Node, pipeline.Scrub),
            Problems = Problems(services.Health),
            ReadyForFailover = reasons.IsEmpty,
            NotReadyBecause = reasons,
        };
    }

    /// <summary>The conditions that are not met, one line each.</summary>
    public static ImmutableArray<string> Problems(NodeHealth health) =>
        [.. health.Conditions().Where(c => !c.Ok && c.Required).Select(c => $"{c.Name}: {c.Reason}")];

    private ImmutableArray<WitnessStatus> Witnesses(PublishedTree? shown, DateTimeOffset now) =>
    [
        .. pipeline.Witnesses.Current().Witnesses.Select(witness =>
        {
            var keyHash = witness.PublicKey.KeyHash();
            return shown?.Head.Cosignatures.FirstOrDefault(c => c.KeyHash == keyHash) is { Timestamp: > 0 } cosignature
                ? new WitnessStatus(witness.Name, shown.Size, StatusOfStore.Age(cosignature.Timestamp, now))
                : new WitnessStatus(witness.Name, null, null);
        }),
    ];

    private ImmutableArray<string> NotReady()
    {
        var reasons = ImmutableArray.CreateBuilder<string>();
        if (pipeline.Role.RevokedBecause is { } revoked)
            reasons.Add($"this primary signs nothing any more: {revoked}");
        if (pipeline.Gate.Alone)
            reasons.Add("the log has no secondary");
        else if (!pipeline.Roster.InForce)
            reasons.Add("the roster is not in force");
        for (var i = 0; i < options.Secondaries.Length; i++)
        {
            var url = options.Secondaries[i].Url;
            if (pipeline.Gate.AcknowledgedBy(i) is not { } held)
                reasons.Add($"{url} has not acknowledged anything since the start");
            else if (pipeline.Signer.Last is { } signed && held.Size < signed.Size)
                reasons.Add($"{url} holds {held.Size} of {signed.Size} committed leaves");
            else if (pipeline.Publisher.Current is { } shown && !pipeline.Heads.Knows(i, shown.Size))
                reasons.Add($"{url} has not stored the published head");
        }

        return reasons.DrainToImmutable();
    }
}
