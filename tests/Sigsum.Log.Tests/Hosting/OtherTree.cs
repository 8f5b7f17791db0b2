using Sigsum.Crypto;
using Sigsum.Log.Publication;
using Sigsum.Log.Storage;
using Sigsum.Messages;
using Hash = Sigsum.Crypto.Hash;

namespace Sigsum.Log.Tests.Hosting;

/// <summary>Fills a node's store with leaves that its log never had.</summary>
internal static class OtherTree
{
    /// <summary>Puts another tree in the place of a node's own; the node stays the same.</summary>
    /// <param name="directory">The data directory of the stopped node.</param>
    /// <param name="leaves">How many leaves the other tree has.</param>
    /// <param name="knowsHead">Whether the node still has the head of its log that it kept: then it finds its own tree damaged,
    /// sooner or later.</param>
    public static async Task ReplaceAsync(string directory, int leaves, bool knowsHead = true)
    {
        StoreIdentity identity;
        IReadOnlyList<StoreRecord> records;
        using (var before = RocksDbLogStore.Open(directory))
            (identity, records) = (before.Identity, before.ReadRecords(""));
        if (!knowsHead)
            records = [.. records.Where(record => record.Key != Publisher.RecordKey)];
        Directory.Delete(directory, recursive: true);
        using (var after = RocksDbLogStore.Create(directory, identity))
            after.CommitRecords(records);
        await WriteAsync(directory, leaves);
    }

    public static async Task WriteAsync(string directory, int leaves)
    {
        using var key = Ed25519Signer.Generate();
        using var store = RocksDbLogStore.Open(directory);
        var appender = TreeAppender.Restore(store);
        var other = new List<Leaf>();
        for (var i = 0; i < leaves; i++)
            other.Add(await Leaf.SignAsync(Hash.Sha256([(byte)i, 0xff]), key, TestContext.Current.CancellationToken));
        store.Commit(appender.Prepare(other, [.. other.Select(leaf => leaf.LeafHash())], []));
    }
}
