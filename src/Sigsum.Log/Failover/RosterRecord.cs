using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Failover;

/// <summary>The roster in a node's store: on a primary its own, on a secondary the latest that it was told.</summary>
internal static class RosterRecord
{
    /// <summary>Name of the stored record.</summary>
    public const string RecordKey = "roster";

    /// <summary>The stored roster, or null.</summary>
    /// <exception cref="StoreException">It is damaged, or another log's.</exception>
    public static Roster? Load(ILogStore store)
    {
        if (store.ReadRecord(RecordKey) is not { } bytes)
            return null;
        try
        {
            var roster = Roster.Parse(bytes);
            return roster.LogKey.KeyHash() == store.Identity.LogKeyHash && roster.Verify()
                ? roster
                : throw new StoreException("the stored roster is not signed with this log's key");
        }
        catch (SigsumFormatException error)
        {
            throw new StoreException($"the stored roster is damaged: {error.Message}");
        }
    }

    /// <summary>A roster as it is stored.</summary>
    public static StoreRecord ToStore(Roster roster) => new(RecordKey, roster.ToBytes());
}
