using System.Collections.Immutable;
using Sigsum.Log.Hosting;
using Sigsum.Policy;

namespace Sigsum.Log.Failover;

/// <summary>What a promotion has to know beside the directory and the log key.</summary>
internal sealed record PromotionOptions
{
    /// <summary>Where the promoted primary keeps its signed tree head.</summary>
    public required string SthFile { get; init; }

    /// <summary>Internal endpoint of the primary before, as this secondary is configured; null where it is not known.</summary>
    public Uri? PrimaryUrl { get; init; }

    /// <summary>Where the other nodes will reach this one; null for where its roster says.</summary>
    public Uri? NodeUrl { get; init; }

    /// <summary>Whose cosignatures the log has; null where no witness is to be asked.</summary>
    public TrustPolicy? Policy { get; init; }

    /// <summary>The primary before is alive, and is to be told that its time is over.</summary>
    public bool FencePrimary { get; init; }

    /// <summary>
    /// Said out loud: this node holds all leaves of the log, though no roster lists it, as behind a primary of log-go.
    /// </summary>
    public bool WithoutRoster { get; init; }

    /// <summary>Said out loud: these secondaries are gone for good.</summary>
    public ImmutableArray<Guid> LostNodes { get; init; } = [];

    /// <summary>As <see cref="LostNodes"/>, for those that have no id (log-go).</summary>
    public ImmutableArray<Uri> LostUrls { get; init; } = [];

    /// <summary>Sign the local tree at once, as log-go does, instead of waiting for the new secondaries.</summary>
    public bool LocalTree { get; init; }

    /// <summary>Prove everything, change nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>How other nodes are reached: time limit and certificates.</summary>
    public NodeOptions Node { get; init; } = new() { KeyFile = "", Timeout = TimeSpan.FromSeconds(5) };
}
