using System.Collections.Immutable;

namespace Sigsum.Log.Hazards.Tests.History;

/// <summary>What is left when all is over.</summary>
/// <param name="Commits">How many leaves got 200.</param>
/// <param name="Heads">How many different tree heads were seen.</param>
/// <param name="Proofs">How many proofs sigsum-submit wrote.</param>
/// <param name="Seen">What clients were told that was no success.</param>
/// <param name="Violations">What must not have happened.</param>
internal sealed record HazardOutcome(
    int Commits, int Heads, int Proofs, string Seen, ImmutableArray<string> Violations)
{
    /// <summary>Fails the test if anything happened that must not.</summary>
    public HazardOutcome MustBeWhole()
    {
        if (!Violations.IsEmpty)
            Assert.Fail("The log did not keep what it promised:\n" + string.Join('\n', Violations));
        return this;
    }

    public override string ToString() => $"{Commits} leaves got 200, {Heads} heads, {Proofs} proofs; {Seen}";
}
