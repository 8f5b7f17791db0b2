using Sigsum.Crypto;

namespace Sigsum.Log.Witnessing;

/// <summary>What a <see cref="TrialWitness"/> needs to know.</summary>
internal sealed record TrialWitnessOptions
{
    /// <summary>The witness's name on its signature lines (C2SP signed-note): no spaces, no plus.</summary>
    public required string Name { get; init; }

    /// <summary>The witness's key; stays the caller's.</summary>
    public required ISigner Signer { get; init; }

    /// <summary>The logs that it cosigns.</summary>
    public required IReadOnlyList<PublicKey> Logs { get; init; }

    /// <summary>The file that keeps what it has cosigned over restarts; null to keep that in memory only.</summary>
    public string? StatePath { get; init; }

    /// <summary>The loopback port to listen on; 0 for one that is free.</summary>
    public int Port { get; init; }

    /// <summary>The clock of its timestamps.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
