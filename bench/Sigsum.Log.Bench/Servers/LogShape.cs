namespace Sigsum.Log.Bench.Servers;

/// <summary>What a log that is measured is made of.</summary>
internal sealed record LogShape
{
    public required ServerKind Kind { get; init; }

    /// <summary>How many secondaries there are; without one ours is told so.</summary>
    public int Secondaries { get; init; } = 1;

    /// <summary>Whether a witness cosigns what is published.</summary>
    public bool Witness { get; init; } = true;

    /// <summary>The signing interval; null for the server's default.</summary>
    public string? Interval { get; init; } = "1s";

    /// <summary>Leaves that are in the store of each node before it starts.</summary>
    public ulong Leaves { get; init; }

    /// <summary>The same for secondaries, where they have fewer; null where not.</summary>
    public ulong? SecondaryLeaves { get; init; }
}
