using System.Collections.Immutable;

namespace Sigsum.Log.Hosting;

/// <summary>All that a primary node can be told, checked by <see cref="OptionRules.Check(PrimaryOptions)"/>.</summary>
internal sealed record PrimaryOptions
{
    private readonly int? _secondaryQuorum;

    /// <summary>What it has in common with a secondary.</summary>
    public required NodeOptions Node { get; init; }

    /// <summary>The policy that names the witnesses; null for none (<c>--policy-file</c>).</summary>
    public string? PolicyFile { get; init; }

    /// <summary>Limits on submissions; null for none (<c>--rate-limit-file</c>).</summary>
    public string? RateLimitFile { get; init; }

    /// <summary>Whether submit tokens of test.sigsum.org count (<c>--allow-test-domain</c>).</summary>
    public bool AllowTestDomain { get; init; }

    /// <summary>Where the latest signed tree head is kept (<c>--sth-file</c>).</summary>
    public string SthFile { get; init; } = "/var/lib/sigsum-log/sth";

    /// <summary>The secondaries that replicate the tree before it is signed.</summary>
    public ImmutableArray<SecondaryPeer> Secondaries { get; init; } = [];

    /// <summary>
    /// How many secondaries must hold a tree before it is signed (<c>--secondary-quorum</c>); all by default.
    /// </summary>
    public int SecondaryQuorum
    {
        get => _secondaryQuorum ?? Secondaries.Length;
        init => _secondaryQuorum = value;
    }

    /// <summary>Whether the node may become a secondary while it runs (<c>sigsum-log node</c>).</summary>
    public bool ChangesRoles { get; init; }

    /// <summary>
    /// Said out loud: these nodes are gone for good and were not promoted, so nobody waits for them (<c>--lost-node</c>).
    /// </summary>
    public ImmutableArray<Guid> LostNodes { get; init; } = [];

    /// <summary>
    /// Said out loud: leaves are committed although only this node holds them (<c>--no-secondary</c>).
    /// </summary>
    public bool NoSecondary { get; init; }

    /// <summary>
    /// How long add-leaf waits for the commit before it answers 202; zero: not at all (<c>--commit-wait</c>).
    /// </summary>
    public TimeSpan CommitWait { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Never publish a head that lacks the policy's quorum of cosignatures (<c>--require-quorum</c>).
    /// </summary>
    public bool RequireQuorum { get; init; }

    /// <summary>How long to wait for more cosignatures once the quorum is there (<c>--cosignature-grace</c>).</summary>
    public TimeSpan CosignatureGrace { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Long-run average of requests to one witness in 24 hours that is never exceeded; bursts are fine
    /// (<c>--witness-requests-per-day</c>).
    /// </summary>
    public int WitnessRequestsPerDay { get; init; } = 8640;

    /// <summary>
    /// The DNS server that submit tokens are looked up at, an IP address with or without port; null for the system's
    /// (<c>--dns-server</c>).
    /// </summary>
    public string? DnsServer { get; init; }

    /// <summary>Leaves that may wait for the writer; beyond it add-leaf answers 503 (<c>--queue-length</c>).</summary>
    public int QueueLength { get; init; } = 4096;

    /// <summary>Most leaves in one durable commit (<c>--batch-size</c>).</summary>
    public int BatchSize { get; init; } = 1024;
}
