using Sigsum.Log.Storage;
using Sigsum.Testing;

namespace Sigsum.Log.Tests.Storage;

/// <summary>A disk that takes what is written and refuses when it is to be durable.</summary>
public sealed class DurableFileTests : IDisposable
{
    // Larger than what may have been given to the file system already.
    private static readonly byte[] Old = new byte[1_000_000];
    private static readonly byte[] New = [.. Enumerable.Repeat((byte)1, 1_000_000)];
    private readonly TempDirectory _directory = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_that_cannot_be_synced_does_not_replace_the_old_one()
    {
        string folder = Directory.CreateDirectory(_directory.PathOf("disk")).FullName;
        string path = Path.Combine(folder, "file");
        using FailingDisk disk = await FailingDisk.MountAsync(folder, Cancellation);
        DurableFile.Replace(path, Old);

        disk.Fail();
        IOException error = Assert.Throws<IOException>(() => DurableFile.Replace(path, New));
        Assert.StartsWith($"cannot sync file {path}.new: ", error.Message, StringComparison.Ordinal);

        disk.Mend();
        await disk.RestartAsync(Cancellation);
        Assert.Equal(Old, await File.ReadAllBytesAsync(path, Cancellation));
    }

    public void Dispose() => _directory.Dispose();
}
