using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Tests.Storage;

/// <summary>
/// A bit flipped in the bytes of whatever file there is in a data directory, of a node that was stopped and of one that
/// was killed: it is found, or it changes nothing that the store says. Where a commit was cut off the end of the
/// database's log, as if the write had been torn, the head that was signed tells.
/// </summary>
public sealed class EveryFileTests : IDisposable
{
    private const int Size = 300;
    private const int FlipsOfEach = 10;
    private static readonly string[] _stopped =
        ["CURRENT", "IDENTITY", "LOCK", "LOG", "MANIFEST", "OPTIONS", "format", "lock", "sst", "wal"];
    private readonly TemporaryDirectory _directory = new();
    private readonly TreeHead _signed;

    public EveryFileTests()
    {
        using (var store = RocksDbLogStore.Create(Stopped, StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, null)))
            TreeAppender.Restore(store).Append(store, Size - 50, [.. StoredKind.Records()]);
        using (var store = RocksDbLogStore.Open(Stopped))
        {
            var appender = TreeAppender.Restore(store);
            for (int i = 0; i < 10; i++)
                appender.Append(store, 5);
            _signed = store.TreeHead;
            // As a killed process leaves it: the last commits are in the log alone.
            TemporaryDirectory.Copy(Stopped, Killed);
        }
    }

    public static TheoryData<string, bool> Kinds =>
        [.. _stopped.SelectMany(kind => new[] { (kind, false), (kind, true) })];

    private string Stopped => _directory.Sub("stopped");

    private string Killed => _directory.Sub("killed");

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_flipped_bit_is_found_or_changes_nothing(string kind, bool killed)
    {
        string origin = killed ? Killed : Stopped;
        foreach (string file in Files(origin).Where(file => Kind(file) == kind))
        {
            int length = (int)new FileInfo(Path.Combine(origin, file)).Length;
            for (int flip = 0; flip < FlipsOfEach && length > 0; flip++)
            {
                // From the first byte to the last.
                int at = (int)((long)flip * (length - 1) / (FlipsOfEach - 1));
                string copy = _directory.Sub("copy");
                TemporaryDirectory.Copy(origin, copy);
                byte[] bytes = File.ReadAllBytes(Path.Combine(copy, file));
                bytes[at] ^= (byte)(1 << (flip % 8));
                File.WriteAllBytes(Path.Combine(copy, file), bytes);
                string what = $"{file}, byte {at} of {length}";
                if (Problem(copy) is { } problem)
                    TestContext.Current.TestOutputHelper?.WriteLine($"{what}: {problem}");
                else
                    AssertWhole(copy, what);
                Directory.Delete(copy, recursive: true);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_table_has_every_kind_of_file(bool killed)
    {
        string origin = killed ? Killed : Stopped;
        Assert.Equal(_stopped, Files(origin).Select(Kind).Distinct().Order(StringComparer.Ordinal));
        Assert.Null(Problem(origin));
        AssertWhole(origin, origin);
    }

    public void Dispose() => _directory.Dispose();

    private static IEnumerable<string> Files(string directory) =>
        Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(directory, file)).Order(StringComparer.Ordinal);

    private static string Kind(string file) => Path.GetExtension(file) switch
    {
        ".sst" => "sst",
        ".log" => "wal",
        _ => Path.GetFileName(file).Split('-', '.')[0],
    };

    /// <summary>What a node at its start, its scrubber, and its operator with <c>verify</c> would say; null for nothing.</summary>
    private string? Problem(string path)
    {
        try
        {
            using var store = RocksDbLogStore.Open(path);
            var signed = new ClaimedHead("the signed tree head", _signed);
            return new StoreVerifier(store).Run([signed], null, TestContext.Current.CancellationToken)
                .Problems.Concat(Records(store)).FirstOrDefault();
        }
        catch (StoreException error)
        {
            return error.Message;
        }
    }

    private static IEnumerable<string> Records(RocksDbLogStore store) => StoredKind.Records()
        .Where(record => store.ReadRecord(record.Key) is null).Select(record => $"{record.Key} is gone");

    /// <summary>Every answer of the store is what was written.</summary>
    private void AssertWhole(string path, string what)
    {
        using var store = RocksDbLogStore.Open(path);
        Assert.True(store.TreeHead == _signed, what);
        var leaves = new Leaf[Size];
        store.ReadLeaves(0, leaves);
        Assert.True(StoreData.Leaves(0, Size).SequenceEqual(leaves), what);
        for (ulong index = 0; index < Size; index++)
            Assert.True(store.FindLeaf(leaves[index].LeafHash()) == index, what);
        foreach (StoreRecord record in StoredKind.Records())
            Assert.True(record.Value.Span.SequenceEqual(store.ReadRecord(record.Key)), what);
    }
}
