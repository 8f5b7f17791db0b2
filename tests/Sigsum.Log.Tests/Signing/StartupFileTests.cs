using System.Text;
using CsCheck;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Testing;

namespace Sigsum.Log.Tests.Signing;

/// <summary>The file that says how a log begins, as log-go writes and reads it.</summary>
public sealed class StartupFileTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    private string Sth => _folder.PathOf("sth");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(StartupMode.Empty, "startup=empty")]
    [InlineData(StartupMode.LocalTree, "startup=local-tree")]
    [InlineData(StartupMode.AwaitSecondary, "startup=await-secondary")]
    internal void Is_written_as_log_go_does_and_read_back(StartupMode mode, string contents)
    {
        var file = new StartupFile(Sth, HostDisk.Instance);
        file.Create(mode);
        Assert.Equal(contents, File.ReadAllText(Sth + ".startup"));
        Assert.Equal(mode, file.Read());
        Assert.Equal([Sth + ".startup"], Directory.GetFiles(_folder.FullName));
        file.Remove();
        Assert.Equal(StartupMode.Saved, file.Read());
        file.Remove();
    }

    [Fact]
    public void To_go_on_from_the_saved_head_takes_no_file()
    {
        Assert.Throws<ArgumentException>(() => new StartupFile(Sth, HostDisk.Instance).Create(StartupMode.Saved));
        Assert.Empty(Directory.GetFiles(_folder.FullName));
    }

    [Fact]
    public void A_line_may_end() => Assert.Equal(StartupMode.LocalTree, Read("startup=local-tree\n"u8.ToArray()));

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("startup=")]
    [InlineData("startup=saved")]
    [InlineData("startup=other")]
    [InlineData("startup=Empty")]
    [InlineData("STARTUP=empty")]
    [InlineData("startup =empty")]
    [InlineData(" startup=empty")]
    [InlineData("startup=empty ")]
    [InlineData("startup=empty\r\n")]
    [InlineData("startup=empty\n\n")]
    [InlineData("startup=empty\nstartup=empty\n")]
    [InlineData("startup=empty\0")]
    [InlineData("empty")]
    public void Anything_else_is_refused(string contents) =>
        Assert.Throws<SigsumFormatException>(() => Read(Encoding.UTF8.GetBytes(contents)));

    [Fact]
    public void A_long_file_is_refused() => Assert.Throws<SigsumFormatException>(() => Read(new byte[100_000]));

    [Fact]
    public void Arbitrary_bytes_never_do_more_than_be_refused() => Gen.Byte.Array[0, 70].Sample(bytes =>
    {
        Assert.Throws<SigsumFormatException>(() => Read(bytes));
    }, threads: 1);

    [Fact]
    public void Is_never_replaced()
    {
        var file = new StartupFile(Sth, HostDisk.Instance);
        file.Create(StartupMode.LocalTree);
        Assert.Throws<IOException>(() => file.Create(StartupMode.Empty));
        Assert.Equal(StartupMode.LocalTree, file.Read());
        Assert.Equal([Sth + ".startup"], Directory.GetFiles(_folder.FullName));
    }

    [Fact]
    public void A_leftover_of_a_crash_does_not_matter()
    {
        File.WriteAllText(Sth + ".startup.new", "startup=local-tree and something that is longer");
        var file = new StartupFile(Sth, HostDisk.Instance);
        Assert.Equal(StartupMode.Saved, file.Read());
        file.Create(StartupMode.Empty);
        Assert.Equal("startup=empty", File.ReadAllText(file.Path));
    }

    private StartupMode Read(byte[] contents)
    {
        File.WriteAllBytes(Sth + ".startup", contents);
        return new StartupFile(Sth, HostDisk.Instance).Read();
    }
}
