using System.Collections.Immutable;
using Sigsum.Log.Hazards.Tests.Witnesses;

namespace Sigsum.Log.Hazards.Tests.Cluster;

/// <summary>What a log is made of before something happens to it.</summary>
internal sealed record HazardSetup
{
    /// <summary>The primary, which signs.</summary>
    public ServerKind Primary { get; init; } = ServerKind.Ours;

    /// <summary>The secondaries; none for a primary that runs alone.</summary>
    public ImmutableArray<ServerKind> Secondaries { get; init; } = [ServerKind.Ours];

    /// <summary>How many secondaries must hold a leaf; null for all.</summary>
    public int? SecondaryQuorum { get; init; }

    /// <summary>The witnesses.</summary>
    public ImmutableArray<WitnessKind> Witnesses { get; init; } = [];

    /// <summary>How many of them make the quorum, in the policy of the log and of its clients; null for all.</summary>
    public int? Quorum { get; init; }

    /// <summary>The nodes' <c>--interval</c>.</summary>
    public string Interval { get; init; } = "1s";

    /// <summary>The nodes' <c>--log-level</c>. What they write is kept in memory, and printed if the test fails.</summary>
    public string LogLevel { get; init; } = "debug";

    /// <summary>Further options of our primary, without the dashes: <c>name</c> and value.</summary>
    public ImmutableArray<(string Name, string? Value)> PrimaryOptions { get; init; } = [];

    /// <summary>How slow every packet between nodes is.</summary>
    public Func<TimeSpan>? NodeDelay { get; init; }

    /// <summary>Whether every GET between nodes arrives twice.</summary>
    public bool NodeDuplicates { get; init; }

    /// <summary>How many submitters of this process there are; each posts up to fifty leaves a second.</summary>
    public int Submitters { get; init; } = 4;
}
