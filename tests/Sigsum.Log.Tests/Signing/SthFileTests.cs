using Sigsum.Crypto;
using Sigsum.Log.Hosting;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Messages;
using Sigsum.Testing;
using Hash = Sigsum.Crypto.Hash;

namespace Sigsum.Log.Tests.Signing;

/// <summary>The file with the latest signed tree head, in log-go's format.</summary>
public sealed class SthFileTests : IDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly Ed25519Signer _key = Ed25519Signer.Generate();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private SthFile Sth => new(_folder.PathOf("sth"), HostDisk.Instance);

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Is_written_as_log_go_does_and_replaced_as_a_whole()
    {
        Assert.False(Sth.Exists);
        foreach (ulong size in new[] { 1ul, 2ul })
        {
            var head = await HeadAsync(size);
            Sth.Store(head);
            Assert.True(Sth.Exists);
            Assert.Equal(head, Sth.Load(_key.PublicKey));
            Assert.Equal(
                $"size={size}\nroot_hash={head.TreeHead.RootHash}\nsignature={head.Signature}\n",
                await File.ReadAllTextAsync(Sth.Path, Cancel));
        }

        Assert.Equal([Sth.Path], Directory.GetFiles(_folder.FullName));
    }

    [Fact]
    public async Task A_head_of_another_log_is_refused_where_the_key_is_known()
    {
        using var other = Ed25519Signer.Generate();
        Sth.Store(await HeadAsync(1));
        Assert.Equal(1ul, Sth.Load(null).TreeHead.Size);
        var refused = Assert.Throws<StartupException>(() => Sth.Load(other.PublicKey));
        Assert.Contains($"{Sth.Path} (--sth-file) is not signed with the key {other.PublicKey}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() => Refused("(--sth-file): ");

    [Fact]
    public async Task A_folder_in_its_place_is_no_head()
    {
        Directory.CreateDirectory(Sth.Path);
        Refused("(--sth-file): ");
        await Assert.ThrowsAnyAsync<Exception>(async () => Sth.Store(await HeadAsync(1)));
    }

    [Theory]
    [InlineData(4096, "line 1")]
    [InlineData(4097, "longer than 4096 bytes")]
    public void A_file_of_something_else_is_refused_and_a_long_one_is_not_read(int length, string because)
    {
        File.WriteAllText(Sth.Path, new string('x', length));
        Refused(because);
    }

    private void Refused(string because)
    {
        var refused = Assert.Throws<StartupException>(() => Sth.Load(_key.PublicKey));
        Assert.Contains($"cannot read the signed tree head in {Sth.Path}", refused.Message, StringComparison.Ordinal);
        Assert.Contains(because, refused.Message, StringComparison.Ordinal);
    }

    private ValueTask<SignedTreeHead> HeadAsync(ulong size) =>
        SignedTreeHead.SignAsync(new TreeHead(size, Hash.Sha256([(byte)size])), _key, Cancel);
}
