using Sigsum.Log.Replication;
using Sigsum.Messages;

namespace Sigsum.Log.Failover;

/// <summary>What must hold before a secondary becomes primary: pure functions over what was found.</summary>
internal static class PromotionRules
{
    /// <summary>
    /// How many secondaries, this one included, must know of the promotion before it counts: so many that one of them holds
    /// each committed leaf (N - K + 1), and more than half, so that no other promotion of this epoch finds as many.
    /// </summary>
    public static int Needed(Roster? roster) => roster is not { Secondaries.Length: > 0 }
        ? 1
        : Math.Max(ReplicationGate.ToHear(roster.Secondaries.Length, roster.Quorum), (roster.Secondaries.Length / 2) + 1);

    /// <summary>
    /// Whether the head that this node knows is certainly the last one that was published: it may be shown again then, and not
    /// otherwise, since published sizes never go back (I5).
    /// </summary>
    /// <param name="known">Size of the head that is known.</param>
    /// <param name="local">Size of the tree, in which everything is that was ever signed.</param>
    /// <param name="witnesses">What the witnesses said; null where none were asked.</param>
    /// <param name="cosigned">Whether the head that is known has cosignatures. A log without witnesses publishes nothing that
    /// its secondaries have not stored; one that has some may have, when a secondary was away.</param>
    /// <param name="roster">Whose secondaries those are. Where not all of them had to store a head before it was shown, a
    /// later one may be known to another one only.</param>
    /// <param name="fenced">Whether the primary before knows of the promotion. If not, a witness may cosign a head for it
    /// that the witnesses did not have when they were asked.</param>
    public static bool IsLast(
        ulong known, ulong local, WitnessSurvey? witnesses, bool cosigned, Roster? roster, bool fenced)
    {
        if (known == local)
            return true;
        if (roster is not null && roster.Quorum < roster.Secondaries.Length)
            return false;
        return witnesses is null ? !cosigned : fenced && witnesses.Conclusive && witnesses.Largest <= known;
    }
}

/// <summary>What the witnesses of a policy said of the sizes that they have cosigned.</summary>
/// <param name="Largest">The largest size that one of them named; 0 where nobody did.</param>
/// <param name="By">Who named it.</param>
/// <param name="Conclusive">Whether those that did not answer are too few to make up a quorum.</param>
/// <param name="Lines">What each one said, for people.</param>
internal sealed record WitnessSurvey(ulong Largest, string By, bool Conclusive, IReadOnlyList<string> Lines);
