using Sigsum.Log.Failover;
using Sigsum.Log.Storage;
using Sigsum.Log.Tests.Storage;
using Sigsum.Messages;
using Sigsum.Testing;

namespace Sigsum.Log.Tests.Failover;

/// <summary>Leaves that give way are in a file before they leave the tree.</summary>
public sealed class SetAsideFileTests : IDisposable
{
    private const int Size = 10_000;

    private readonly TempDirectory _folder = new();
    private readonly MemoryLogStore _store = new(StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, null));

    public SetAsideFileTests() => TreeAppender.Restore(_store).Append(_store, Size);

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(Size - 4096)]
    [InlineData(Size - 4097)]
    [InlineData(Size - 1)]
    [InlineData(Size)]
    public void Every_leaf_from_an_index_on_is_written_as_get_leaves_has_it_and_read_back(int start)
    {
        var path = _folder.PathOf("leaves");
        SetAsideFile.Write(HostDisk.Instance, path, _store, (ulong)start);
        var chunks = SetAsideFile.ReadBack(HostDisk.Instance, path).ToList();
        Assert.All(chunks, chunk => Assert.InRange(chunk.Count, 1, 4096));
        Assert.Equal(StoreData.Leaves((ulong)start, Size - start), chunks.SelectMany(chunk => chunk));
        var all = new System.Buffers.ArrayBufferWriter<byte>();
        LeafList.Write(all, StoreData.Leaves((ulong)start, Size - start));
        Assert.Equal(all.WrittenSpan, File.ReadAllBytes(path));
    }

    [Fact]
    public void A_file_that_is_there_is_not_written_over()
    {
        var path = _folder.Write("leaves", "those of before");
        Assert.Throws<IOException>(() => SetAsideFile.Write(HostDisk.Instance, path, _store, 0));
        Assert.Equal("those of before", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder.FullName));
    }

    [Fact]
    public void Its_name_says_when_and_which()
    {
        var time = new DateTimeOffset(2026, 11, 27, 1, 2, 3, TimeSpan.FromHours(1));
        Assert.Equal(
            Path.Combine("data", "set-aside-20261127T000203Z-5-17.leaves"), SetAsideFile.PathFor("data", 5, 17, time));
    }
}
