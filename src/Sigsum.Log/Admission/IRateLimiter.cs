using Sigsum.Crypto;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Admission;

/// <summary>Decides whether one more leaf may be added, and counts the leaves that were.</summary>
/// <remarks>
/// <para>Only a leaf that is really new costs anything. The caller asks for a place with <see cref="TryReserve"/> after
/// it has made sure that the leaf is neither stored nor pending; whoever then owns the <see cref="Reservation"/> either
/// confirms it, in the commit that makes the leaf durable, or releases it.</para>
/// <para>Safe for use from any thread.</para>
/// </remarks>
internal interface IRateLimiter
{
    /// <summary>Reserves a place for one leaf.</summary>
    /// <param name="verifiedDomain">The domain that <see cref="TokenVerifier"/> found valid; null without a token.</param>
    /// <param name="submitterKeyHash">The key hash of the leaf.</param>
    /// <param name="refusal">When refused, one line for the submitter that says why.</param>
    /// <returns>The place, or null when the leaf must be refused (429).</returns>
    Reservation? TryReserve(string? verifiedDomain, in Hash submitterKeyHash, out string? refusal);

    /// <summary>
    /// Deletions of stored counts whose window is over, to be put into any commit. Each is handed out once; when it is
    /// lost (crash before the commit) it comes again after the next start.
    /// </summary>
    /// <param name="max">How many at most.</param>
    IReadOnlyList<StoreRecord> TakeExpired(int max);
}
