using Sigsum.Crypto;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Admission;

/// <summary>The limiter of a log without a rate limit file: everything is admitted and nothing is counted.</summary>
internal sealed class NoRateLimit : IRateLimiter
{
    /// <inheritdoc/>
    public Reservation? TryReserve(string? verifiedDomain, in Hash submitterKeyHash, out string? refusal)
    {
        refusal = null;
        return new Reservation(null, default);
    }

    /// <inheritdoc/>
    public IReadOnlyList<StoreRecord> TakeExpired(int max) => [];
}
