using System.Net;
using Sigsum.Crypto;
using Sigsum.Keys;
using Sigsum.Log.Hosting;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Tests.Hosting;

/// <summary>A primary starts only where everything fits together, and says what does not.</summary>
public sealed class StartupTests
{
    private static PrimaryOptions Alone(PrimaryOptions options) =>
        options with { Secondaries = [], NoSecondary = true };

    [Fact]
    public async Task A_primary_restored_from_an_older_copy_does_not_start()
    {
        await using var log = new TestLog();
        await log.StartPrimaryAsync(Alone);
        await log.CommitAsync(1);
        await log.StopPrimaryAsync();
        log.Backup("primary");
        await log.StartPrimaryAsync(Alone);
        await log.CommitAsync(2);
        await log.StopPrimaryAsync();
        log.Restore("primary");

        var refusal = await Assert.ThrowsAsync<StartupException>(() => log.StartPrimaryAsync(Alone));
        Assert.Contains("older than the log", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_older_sth_file_does_not_take_the_log_back()
    {
        await using var log = new TestLog();
        await log.StartPrimaryAsync(Alone);
        await log.CommitAsync(1);
        await log.StopPrimaryAsync();
        var old = await File.ReadAllBytesAsync(log.SthFile, TestLog.Cancel);
        await log.StartPrimaryAsync(Alone);
        await log.CommitAsync(2);
        await log.PublishedAsync(2);
        await log.StopPrimaryAsync();
        await File.WriteAllBytesAsync(log.SthFile, old, TestLog.Cancel);

        await log.StartPrimaryAsync(Alone);
        Assert.Equal(2ul, (await log.Client.GetTreeHeadAsync(TestLog.Cancel)).SignedTreeHead.TreeHead.Size);
        await log.CommitAsync(3);
    }

    [Fact]
    public async Task A_log_with_leaves_is_not_started_as_an_empty_one()
    {
        await using var log = new TestLog();
        await log.StartPrimaryAsync(Alone);
        await log.CommitAsync(1);
        await log.StopPrimaryAsync();
        File.Delete(log.SthFile);

        var refusal = await Assert.ThrowsAsync<StartupException>(() => log.StartPrimaryAsync(Alone));
        Assert.Contains("never started as an empty one", refusal.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(log.SthFile));
    }

    [Fact]
    public async Task A_startup_file_beside_an_sth_file_is_refused()
    {
        await using var log = new TestLog();
        await log.StartPrimaryAsync(Alone);
        await log.StopPrimaryAsync();
        new StartupFile(log.SthFile, HostDisk.Instance).Create(StartupMode.LocalTree);
        var refusal = await Assert.ThrowsAsync<StartupException>(() => log.StartPrimaryAsync(Alone));
        Assert.Contains("both", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_key_is_refused()
    {
        await using var log = new TestLog();
        await log.StartPrimaryAsync(Alone);
        await log.StopPrimaryAsync();
        using var other = Ed25519Signer.Generate();
        log.WriteFile("log.key", OpenSshKey.FormatPrivate(other));
        await Assert.ThrowsAsync<StartupException>(() => log.StartPrimaryAsync(Alone));
    }

    [Fact]
    public async Task A_second_process_on_the_same_directory_is_refused()
    {
        await using var log = new TestLog();
        await log.StartPrimaryAsync(Alone);
        var refusal = Assert.Throws<StoreException>(() => RocksDbLogStore.Open(log.PathOf("primary")));
        Assert.Contains(log.PathOf("primary"), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_directory_of_a_secondary_does_not_start_as_a_primary()
    {
        await using var log = new TestLog();
        RocksDbLogStore.Create(log.PathOf("primary"), StoreIdentity.ForNew(
            NodeRole.Secondary, TreeType.PreorderedLog, log.LogKey.PublicKey.KeyHash())).Dispose();
        var refusal = await Assert.ThrowsAsync<StartupException>(() => log.StartPrimaryAsync(Alone));
        Assert.Contains("cannot be started as a primary", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Await_secondary_publishes_nothing_until_the_secondary_has_the_whole_tree()
    {
        await using var log = new TestLog();
        await log.StartPrimaryAsync(Alone);
        for (var number = 0; number < 5; number++)
            await log.CommitAsync(number);
        await log.StopPrimaryAsync();
        File.Delete(log.SthFile);
        using (var store = RocksDbLogStore.Open(log.PathOf("primary")))
            store.CommitRecords([new StoreRecord("published", default)]);
        new StartupFile(log.SthFile, HostDisk.Instance).Create(StartupMode.AwaitSecondary);

        await log.StartPrimaryAsync();
        using var none = await log.Http.GetAsync(new Uri(log.ExternalUrl, "get-tree-head"), TestLog.Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, none.StatusCode);
        Assert.NotNull(none.Headers.RetryAfter);
        await log.StartSecondaryAsync();
        Assert.Equal(5ul, (await log.PublishedAsync(5)).SignedTreeHead.TreeHead.Size);
        Assert.False(new StartupFile(log.SthFile, HostDisk.Instance).Read() != StartupMode.Saved, "the startup file was not used up");
    }
}
