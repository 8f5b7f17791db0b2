using System.Collections.Immutable;
using Sigsum.Crypto;
using Sigsum.Log.Admission;
using Sigsum.Log.Publication;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Scrubbing;

/// <summary>The records of a store, read back by those who know their form.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Published">The head that was published last; null for none, or for one that is damaged.</param>
/// <param name="Unknown">Keys of records of parts that this program does not have: nothing is known of them.</param>
/// <param name="Problems">One line for each that is damaged.</param>
internal sealed record StoredRecords(
    int Count, CosignedTreeHead? Published, ImmutableArray<string> Unknown, ImmutableArray<string> Problems)
{
    /// <summary>The heads that the store's tree must have had, by its records. A secondary may be told of a head before
    /// it has the leaves.</summary>
    public ImmutableArray<ClaimedHead> HeadsOf(ILogStore store) =>
        Published is { SignedTreeHead.TreeHead: var head }
        && (store.Identity.Role == NodeRole.Primary || head.Size <= store.TreeHead.Size)
            ? [new("the published tree head", head)]
            : [];

    /// <summary>The same, and before them the head in the node's sth file, if there is one.</summary>
    /// <exception cref="Hosting.StartupException">The file cannot be read, or is not signed with the key.</exception>
    public ImmutableArray<ClaimedHead> HeadsOf(ILogStore store, SthFile sth, PublicKey? logKey) => sth.Exists
        ? [new($"the signed tree head in {sth.Path}", sth.Load(logKey).TreeHead), .. HeadsOf(store)]
        : HeadsOf(store);

    /// <summary>Reads all records.</summary>
    /// <param name="store">Where they are.</param>
    /// <param name="logKey">The log's key, where it is known: signatures are checked with it.</param>
    public static StoredRecords Read(ILogStore store, PublicKey? logKey)
    {
        var unknown = ImmutableArray.CreateBuilder<string>();
        var problems = ImmutableArray.CreateBuilder<string>();
        CosignedTreeHead? published = null;
        IReadOnlyList<StoreRecord> records = [];
        try
        {
            records = store.ReadRecords("");
        }
        catch (StoreException error)
        {
            problems.Add($"records cannot be read: {error.Message}");
        }

        foreach (var record in records)
        {
            try
            {
                StoreRecord.ValidateKey(record.Key);
                if (record.Key == Publisher.RecordKey)
                    published = Publisher.ParsePublished(record.Value.Span, logKey);
                else if (record.Key.StartsWith(RateLimitRecord.Prefix, StringComparison.Ordinal))
                    RateLimitRecord.Parse(record);
                else if (record.Key == DamageMark.RecordKey)
                    DamageMark.Parse(record.Value.Span);
                else if (!RecordKeys.IsKnown(record.Key))
                    unknown.Add(record.Key);
            }
            catch (Exception error) when (error is StoreException or SigsumFormatException or ArgumentException)
            {
                problems.Add(error.Message);
            }
        }

        return new StoredRecords(records.Count, published, unknown.DrainToImmutable(), problems.DrainToImmutable());
    }
}
