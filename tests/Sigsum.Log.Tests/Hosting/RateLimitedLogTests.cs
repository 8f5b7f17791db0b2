using System.Net;
using Sigsum.Client;
using Sigsum.Log.Hosting;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Tests.Hosting;

/// <summary>Rate limits as a submitter meets them, and the read-only log.</summary>
public sealed class RateLimitedLogTests
{
    private static PrimaryOptions Alone(PrimaryOptions options) =>
        options with { Secondaries = [], NoSecondary = true };

    [Fact]
    public async Task Only_new_leaves_count_stored_ones_are_never_refused_and_a_restart_forgets_nothing()
    {
        await using var log = new TestLog();
        var limits = log.WriteFile("limits", $"key {log.Submitter.PublicKey.KeyHash()} 2\n");
        PrimaryOptions Limited(PrimaryOptions o) => Alone(o) with { RateLimitFile = limits };
        await log.StartPrimaryAsync(Limited);
        for (var again = 0; again < 4; again++)
            await log.CommitAsync(1);
        await log.CommitAsync(2);
        await AssertRefusedAsync(log, 3);
        await log.CommitAsync(2);

        await log.StopPrimaryAsync();
        await log.StartPrimaryAsync(Limited);
        await AssertRefusedAsync(log, 3);
        await log.CommitAsync(1);

        log.WriteFile("limits", $"key {log.Submitter.PublicKey.KeyHash()} 3\n");
        log.Primary!.Reload();
        await log.CommitAsync(3);
        await AssertRefusedAsync(log, 4);
    }

    [Fact]
    public async Task A_bad_signature_uses_up_nothing()
    {
        await using var log = new TestLog();
        var limits = log.WriteFile("limits", $"key {log.Submitter.PublicKey.KeyHash()} 1\n");
        await log.StartPrimaryAsync(o => Alone(o) with { RateLimitFile = limits });
        var forged = (await log.RequestAsync(1)) with { Message = default };
        for (var again = 0; again < 3; again++)
        {
            var refusal = await Assert.ThrowsAsync<LogClientException>(
                () => log.Client.AddLeafAsync(forged, null, TestLog.Cancel));
            Assert.Equal(HttpStatusCode.Forbidden, refusal.StatusCode);
        }

        await log.CommitAsync(2);
    }

    [Fact]
    public async Task A_frozen_tree_takes_no_new_leaves_and_still_answers_for_stored_ones()
    {
        await using var log = new TestLog();
        await log.StartPrimaryAsync(Alone);
        await log.CommitAsync(1);
        await log.StopPrimaryAsync();
        using (var store = RocksDbLogStore.Open(log.PathOf("primary")))
            store.UpdateIdentity(store.Identity with { TreeState = TreeState.Frozen }, []);
        await log.StartPrimaryAsync(Alone);
        var refusal = await Assert.ThrowsAsync<LogClientException>(() => log.AddAsync(2));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refusal.StatusCode);
        Assert.Contains("read-only", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(AddLeafStatus.Committed, await log.AddAsync(1));
    }

    private static async Task AssertRefusedAsync(TestLog log, int number)
    {
        var refusal = await Assert.ThrowsAsync<LogClientException>(() => log.AddAsync(number));
        Assert.Equal(HttpStatusCode.TooManyRequests, refusal.StatusCode);
    }
}
