using Sigsum.Log.Storage;

namespace Sigsum.Log.Tests.Storage;

/// <summary>Birth, ownership and refusal of data directories.</summary>
public sealed class DataDirectoryTests : IDisposable
{
    private static readonly StoreIdentity _identity = StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, null);
    private readonly TemporaryDirectory _directory = new();

    private string DataPath => _directory.Sub("node");

    [Fact]
    public void A_second_opening_is_refused_while_the_first_lasts()
    {
        using (RocksDbLogStore.Create(DataPath, _identity))
        {
            var error = Assert.Throws<StoreException>(() => RocksDbLogStore.Open(DataPath));
            Assert.Contains("in use by another process", error.Message, StringComparison.Ordinal);
            Assert.Contains(DataPath, error.Message, StringComparison.Ordinal);
        }

        RocksDbLogStore.Open(DataPath).Dispose();
    }

    [Fact]
    public void Another_process_is_refused_too()
    {
        using var store = RocksDbLogStore.Create(DataPath, _identity);
        using var writer = StoreWriter.Start(DataPath);
        Assert.Contains(
            "in use by another process", writer.Process.StandardError.ReadToEnd(), StringComparison.Ordinal);
        Assert.Equal("", writer.Process.StandardOutput.ReadToEnd());
    }

    [Fact]
    public void Nothing_is_created_where_a_node_lives()
    {
        RocksDbLogStore.Create(DataPath, _identity).Dispose();
        var error = Assert.Throws<StoreException>(() => RocksDbLogStore.Create(DataPath, _identity));
        Assert.Contains("a node lives in", error.Message, StringComparison.Ordinal);
        using var store = RocksDbLogStore.Open(DataPath);
        Assert.Equal(_identity, store.Identity);
    }

    [Theory]
    [InlineData("lock")]
    [InlineData("format")]
    [InlineData("store")]
    public void Any_part_of_a_node_makes_a_directory_occupied(string name)
    {
        Directory.CreateDirectory(DataPath);
        File.WriteAllText(Path.Combine(DataPath, name), "");
        Assert.Throws<StoreException>(() => RocksDbLogStore.Create(DataPath, _identity));
        Assert.Equal([name], Directory.GetFileSystemEntries(DataPath).Select(Path.GetFileName));
    }

    [Fact]
    public void Files_that_are_not_a_nodes_do_not_matter()
    {
        // The signed tree head may be there before the tree is.
        Directory.CreateDirectory(DataPath);
        File.WriteAllText(Path.Combine(DataPath, "sth"), "kept");
        RocksDbLogStore.Create(DataPath, _identity).Dispose();
        RocksDbLogStore.Open(DataPath).Dispose();
        Assert.Equal("kept", File.ReadAllText(Path.Combine(DataPath, "sth")));

        string file = _directory.Sub("file");
        File.WriteAllText(file, "");
        Assert.Throws<StoreException>(() => RocksDbLogStore.Create(file, _identity));
    }

    [Fact]
    public void An_empty_directory_can_be_taken()
    {
        Directory.CreateDirectory(DataPath);
        RocksDbLogStore.Create(DataPath, _identity).Dispose();
        using var store = RocksDbLogStore.Open(DataPath);
        Assert.Equal(_identity, store.Identity);
    }

    [Fact]
    public void What_is_missing_is_not_created_and_the_command_is_named()
    {
        var error = Assert.Throws<StoreException>(() => RocksDbLogStore.Open(DataPath));
        Assert.Contains("sigsum-log init", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(DataPath));

        Directory.CreateDirectory(DataPath);
        Assert.Throws<StoreException>(() => RocksDbLogStore.Open(DataPath));
        Assert.Empty(Directory.GetFileSystemEntries(DataPath));

        File.WriteAllText(Path.Combine(DataPath, "letter"), "");
        error = Assert.Throws<StoreException>(() => RocksDbLogStore.Open(DataPath));
        Assert.Contains("not the data directory", error.Message, StringComparison.Ordinal);
        Assert.Equal(["letter"], Directory.GetFileSystemEntries(DataPath).Select(Path.GetFileName));
    }

    [Fact]
    public void A_birth_that_was_interrupted_can_neither_be_opened_nor_overwritten()
    {
        RocksDbLogStore.Create(DataPath, _identity).Dispose();
        File.Delete(Path.Combine(DataPath, "format"));
        var error = Assert.Throws<StoreException>(() => RocksDbLogStore.Open(DataPath));
        Assert.Contains("never finished", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<StoreException>(() => RocksDbLogStore.Create(DataPath, _identity));
        Assert.Contains("never finished", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_database_that_is_gone_is_not_made_anew()
    {
        RocksDbLogStore.Create(DataPath, _identity).Dispose();
        Directory.Delete(Path.Combine(DataPath, "store"), recursive: true);
        Assert.Throws<StoreException>(() => RocksDbLogStore.Open(DataPath));
        Assert.Throws<StoreException>(() => RocksDbLogStore.Open(DataPath));
    }

    [Theory]
    [InlineData("version=3\n", "later version")]
    [InlineData("version=3\nanything=else\n", "later version")]
    [InlineData("version=0\n", "never released")]
    [InlineData("version=1\n", "never released")]
    [InlineData("version=2\nanything=else\n", "damaged")]
    [InlineData("version=2", "damaged")]
    [InlineData("version=02\n", "damaged")]
    [InlineData("", "damaged")]
    public void A_format_that_is_not_known_is_refused(string format, string reason)
    {
        RocksDbLogStore.Create(DataPath, _identity).Dispose();
        File.WriteAllText(Path.Combine(DataPath, "format"), format);
        var error = Assert.Throws<StoreException>(() => RocksDbLogStore.Open(DataPath));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);

        // A refusal does not keep the lock.
        File.WriteAllText(Path.Combine(DataPath, "format"), "version=2\n");
        RocksDbLogStore.Open(DataPath).Dispose();
    }

    public void Dispose() => _directory.Dispose();
}
