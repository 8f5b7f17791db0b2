using Sigsum.Messages;

namespace Sigsum.Log.Failover;

/// <summary>What the secondaries said of a primary's tree before it started.</summary>
internal abstract record RecoveryOutcome
{
    private RecoveryOutcome()
    {
    }

    /// <summary>None of those that could be asked holds anything that is lacking here.</summary>
    public sealed record NothingLacking : RecoveryOutcome;

    /// <summary>Leaves were fetched back.</summary>
    /// <param name="From">The secondary that held them.</param>
    /// <param name="Before">The tree before.</param>
    /// <param name="After">The tree now, with the leaves that only this node had at its end.</param>
    /// <param name="SetAside">Where these leaves are kept too; null where there were none.</param>
    public sealed record Recovered(Uri From, TreeHead Before, TreeHead After, string? SetAside) : RecoveryOutcome;

    /// <summary>A secondary holds what is lacking here, and it cannot be put right by fetching: the reason says why.</summary>
    public sealed record Impossible(string Reason) : RecoveryOutcome;
}
