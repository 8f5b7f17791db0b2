using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using Sigsum.Log.Admission;
using Sigsum.Log.Publication;
using Sigsum.Log.Scrubbing;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Tests.Storage;

/// <summary>A bit flipped in whatever a store keeps, in key or value, with the checksums of the database's files right
/// (the byte changed in memory before it was written): found and named, and no reader gets what has no second copy.</summary>
public sealed class EveryKindTests : IDisposable
{
    private const int Size = 300;
    private const int FlipsOfEach = 6;
    private readonly TemporaryDirectory _directory = new();

    public EveryKindTests()
    {
        using var store = RocksDbLogStore.Create(DataPath, StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, null));
        TreeAppender.Restore(store).Append(store, Size, [.. StoredKind.Records()]);
    }

    public static TheoryData<string> Kinds => [.. StoredKind.All.Select(kind => kind.Name)];

    private string DataPath => _directory.Sub("node");

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_flipped_bit_is_found_and_named(string name)
    {
        StoredKind kind = StoredKind.All.Single(kind => kind.Name == name);
        List<KeyValuePair<byte[], byte[]>> entries = EntriesOf(kind);
        for (int flip = 0; flip < FlipsOfEach; flip++)
        {
            var (oldKey, oldValue) = entries[flip * entries.Count / FlipsOfEach];
            // All over key and value, and all eight bits of a byte.
            int bits = 8 * (oldKey.Length + oldValue.Length);
            int bit = (int)((((long)flip * bits / FlipsOfEach) + (flip % 8)) % bits);
            byte[] both = [.. oldKey, .. oldValue];
            both[bit / 8] ^= (byte)(1 << (bit % 8));
            string[] found = Find(kind, oldKey, both[..oldKey.Length], both[oldKey.Length..], flip);
            Assert.True(
                found.Any(problem => kind.Naming.Any(word => problem.Contains(word, StringComparison.Ordinal))),
                $"bit {bit} of {bits} of {Convert.ToHexString(oldKey)}: {string.Join("; ", found)}");
        }
    }

    [Fact]
    public void The_table_has_every_kind_that_there_is()
    {
        string[] families = [.. typeof(RocksDbFamily).GetFields().Select(field => (string)field.GetRawConstantValue()!)];
        Assert.Equal(families.Order(), StoredKind.All.Select(kind => kind.Name.Split('/')[0]).Distinct().Order());
        using (var db = RocksDbHandle.Open(DataDirectory.Open(DataPath), create: false))
        {
            Assert.Equal(
                ["identity", "tree_head"], Tampering.Entries(db, db.Meta).Select(entry => Encoding.ASCII.GetString(entry.Key)));
            Assert.Equal(RecordKeys.All.Length, Tampering.Entries(db, db.Records).Count);
        }

        // Every part that keeps records has the key in a constant of such a name.
        IEnumerable<string> keys = typeof(RecordKeys).Assembly.GetTypes()
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public))
            .Where(field => field.IsLiteral && field.FieldType == typeof(string)
                && (field.Name.EndsWith("Key", StringComparison.Ordinal) || field.Name == nameof(RateLimitRecord.Prefix))
                && field.DeclaringType!.Namespace!.StartsWith("Sigsum.Log", StringComparison.Ordinal))
            .Select(field => (string)field.GetRawConstantValue()!);
        Assert.Equal(RecordKeys.All.Order(StringComparer.Ordinal), keys.Distinct().Order(StringComparer.Ordinal));
        Assert.All(StoredKind.Records(), record => Assert.True(RecordKeys.IsKnown(record.Key)));
        Assert.False(RecordKeys.IsKnown(Publisher.RecordKey + "x"));
    }

    [Fact]
    public void What_is_not_damaged_is_whole()
    {
        using var store = RocksDbLogStore.Open(DataPath);
        Assert.Empty(Problems(store));
        foreach (StoreRecord record in StoredKind.Records())
            Assert.Equal(record.Value, store.ReadRecord(record.Key)!);
    }

    public void Dispose() => _directory.Dispose();

    private static ImmutableArray<string> Problems(RocksDbLogStore store) =>
        new StoreVerifier(store).Run([], null, TestContext.Current.CancellationToken).Problems;

    private List<KeyValuePair<byte[], byte[]>> EntriesOf(StoredKind kind)
    {
        using var db = RocksDbHandle.Open(DataDirectory.Open(DataPath), create: false);
        return [.. Tampering.Entries(db, kind.Family(db))
            .Where(entry => kind.Key is null || kind.Key == Encoding.ASCII.GetString(entry.Key))];
    }

    /// <summary>What is found in a copy with one entry changed, as a node and its operator find it.</summary>
    private string[] Find(StoredKind kind, byte[] oldKey, byte[] key, byte[] value, int number)
    {
        string copy = _directory.Sub($"copy{number}");
        TemporaryDirectory.Copy(DataPath, copy);
        Tampering.Change(copy, (batch, db) =>
        {
            batch.Delete(oldKey, kind.Family(db));
            batch.Put(key, value, kind.Family(db));
        });
        try
        {
            using var store = RocksDbLogStore.Open(copy);
            return [.. Problems(store)];
        }
        catch (StoreException error)
        {
            return [error.Message];
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }
}
