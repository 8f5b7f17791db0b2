using CsCheck;
using RocksDbSharp;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Tests.Storage;

/// <summary>Whatever bit of the tree changes in the database, in a key or in a value, with checksums that are right:
/// opening the store or verifying it finds it.</summary>
public sealed class OneBitTests : IDisposable
{
    private const int Size = 300;
    private readonly TemporaryDirectory _directory = new();
    private readonly List<(Func<RocksDbHandle, ColumnFamilyHandle> Family, byte[] Key, byte[] Value)> _entries = [];

    public OneBitTests()
    {
        using (var store = RocksDbLogStore.Create(DataPath, StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, null)))
            TreeAppender.Restore(store).Append(store, Size);
        Func<RocksDbHandle, ColumnFamilyHandle>[] families =
            [db => db.Leaves, db => db.Index, db => db.Nodes, db => db.UpperNodes];
        using var db = RocksDbHandle.Open(DataDirectory.Open(DataPath), create: false);
        foreach (var family in families)
            _entries.AddRange(Tampering.Entries(db, family(db)).Select(entry => (family, entry.Key, entry.Value)));
    }

    private string DataPath => _directory.Sub("node");

    [Fact]
    public void No_bit_of_any_entry_is_missed()
    {
        Assert.Equal(Size + Size + 296, _entries.Count);
        var numbers = 0;
        Gen.Select(Gen.Int[0, _entries.Count - 1], Gen.Int[0, int.MaxValue]).Sample(
            (entry, bit) => Finds(entry, bit, _directory.Sub($"copy{Interlocked.Increment(ref numbers)}")),
            iter: 150, threads: 1);
    }

    public void Dispose() => _directory.Dispose();

    private bool Finds(int number, int bit, string copy)
    {
        var (family, oldKey, oldValue) = _entries[number];
        byte[] key = [.. oldKey];
        byte[] value = [.. oldValue];
        bit %= 8 * (key.Length + value.Length);
        if (bit < 8 * key.Length)
            key[bit / 8] ^= (byte)(1 << (bit % 8));
        else
            value[(bit / 8) - key.Length] ^= (byte)(1 << (bit % 8));

        TemporaryDirectory.Copy(DataPath, copy);
        Tampering.Change(copy, (batch, db) =>
        {
            batch.Delete(oldKey, family(db));
            batch.Put(key, value, family(db));
        });
        try
        {
            using var store = RocksDbLogStore.Open(copy);
            return !new StoreVerifier(store).Run([], null, TestContext.Current.CancellationToken).IsWhole;
        }
        catch (StoreException)
        {
            return true;
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }
}
