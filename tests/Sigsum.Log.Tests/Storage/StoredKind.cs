using System.Collections.Immutable;
using RocksDbSharp;
using Sigsum.Crypto;
using Sigsum.Log.Admission;
using Sigsum.Log.Failover;
using Sigsum.Log.Scrubbing;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Tests.Storage;

/// <summary>A kind of thing that a store keeps: a family of the database, or one kind of record in it.</summary>
/// <param name="Name">Name of the family; of own values and records also the key, behind a slash.</param>
/// <param name="Family">Where it is.</param>
/// <param name="Key">The key of an own value or record; null for all keys of the family.</param>
/// <param name="Naming">What damage of it is called by: one of these words.</param>
internal sealed record StoredKind(
    string Name, Func<RocksDbHandle, ColumnFamilyHandle> Family, string? Key, params string[] Naming)
{
    private const string Text = "what a part has written, 17\n";

    /// <summary>All kinds.</summary>
    public static ImmutableArray<StoredKind> All { get; } =
    [
        new(RocksDbFamily.Leaves, db => db.Leaves, null, "leaf ", "leaves", "stored tree head"),
        new(RocksDbFamily.Index, db => db.Index, null, "index", "is not found by its hash"),
        new(RocksDbFamily.Nodes, db => db.Nodes, null, "tree hash", "node", "stored tree head"),
        new(RocksDbFamily.UpperNodes, db => db.UpperNodes, null, "tree hash", "node", "stored tree head"),
        Own("identity"), Own("tree_head"),
        .. Records().Select(record => new StoredKind(
            $"{RocksDbFamily.Records}/{record.Key}", db => db.Records, record.Key, $"'{record.Key}'", "' is not stored as it was")),
    ];

    /// <summary>A record of each kind, in the form of the part that writes it where that has a form of its own.</summary>
    public static IEnumerable<StoreRecord> Records() => RecordKeys.All.Select(kind => kind switch
    {
        RateLimitRecord.Prefix => new RateLimitRecord(20000, new CounterName(LimitKind.Key, new string('a', 64)), 17).ToStore(),
        LostNodesRecord.RecordKey => LostNodesRecord.ToStore([Guid.Parse("0123456789abcdef0123456789abcdef")]),
        DamageMark.RecordKey => DamageMark.ToStore(new StoreProblem("leaf 9 has changed", 9)),
        Herald.RecordKey => Herald.ToStore([new Uri("http://node.example.org:4711/")]),
        TreeRecovery.RecordKey or TreeRecovery.FetchedKey or TreeRecovery.InheritedKey => new StoreRecord(kind, "17"u8.ToArray()),
        Takeover.BegunKey => new StoreRecord(kind, System.Text.Encoding.ASCII.GetBytes(Hash.Sha256("record"u8).ToString())),
        _ => new StoreRecord(kind, System.Text.Encoding.ASCII.GetBytes(Text)),
    });

    public override string ToString() => Name;

    private static StoredKind Own(string key) =>
        new($"{RocksDbFamily.Meta}/{key}", db => db.Meta, key, $"'{key}'", $"no {key}", "' is not stored as it was");
}
