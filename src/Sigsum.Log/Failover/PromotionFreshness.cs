using Sigsum.Ascii;
using Sigsum.Log.Hosting;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Failover;

/// <summary>
/// What <c>promote</c> has found out about the head that was published last: it holds for the first start after it, which has
/// to come soon. Whoever starts later, or again, may be an older copy of a log that has gone on.
/// </summary>
internal static class PromotionFreshness
{
    /// <summary>Name of the stored record with the time of the promotion, in seconds since 1970.</summary>
    public const string RecordKey = "promotion-fresh";

    private static readonly TimeSpan Lasts = TimeSpan.FromMinutes(10);

    /// <summary>What a promotion stores that has just found out which head is the last.</summary>
    public static StoreRecord ToStore(DateTimeOffset now) =>
        StoreRecord.OfNumber(RecordKey, (ulong)now.ToUnixTimeSeconds());

    /// <summary>Whether the node starts for the first time since then, and soon. The next start is told no.</summary>
    public static bool Take(ILogStore store, NodeServices services)
    {
        if (store.ReadRecord(RecordKey) is not { } bytes)
            return false;
        store.CommitRecords([new StoreRecord(RecordKey, default)]);
        var now = (ulong)services.Time.GetUtcNow().ToUnixTimeSeconds();
        return Decimal63.TryParse(bytes, out var then) && then <= now && now - then <= Lasts.TotalSeconds;
    }
}
