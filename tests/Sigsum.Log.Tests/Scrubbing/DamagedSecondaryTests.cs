using System.Diagnostics;
using System.Net;
using Sigsum.Client;
using Sigsum.Log.Hosting;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Log.Tests.Hosting;
using Sigsum.Log.Tests.Storage;

namespace Sigsum.Log.Tests.Scrubbing;

/// <summary>One byte changed in a secondary's store: it acknowledges nothing any more, so nothing is signed on the
/// strength of what it holds.</summary>
public sealed class DamagedSecondaryTests
{
    private const int Size = 600;

    [Theory]
    [InlineData(StoredThing.Leaf, "leaf 9 has changed")]
    [InlineData(StoredThing.IndexEntry, "leaf 9 is not found by its hash")]
    [InlineData(StoredThing.LowNode, "tree hash 4 of level 1 is not that of its leaves")]
    [InlineData(StoredThing.UpperNode, "tree hash 0 of level 8 is not that of its leaves")]
    public async Task It_stores_and_acknowledges_nothing_any_more(StoredThing thing, string problem)
    {
        await using var log = new TestLog();
        await log.FillAsync(Size, signed: Size);
        Tampering.Flip(log.PathOf("secondary"), thing, 9);
        await log.StartSecondaryAsync();
        await TestLog.NotReadyAsync(log.SecondaryServices, $"store: damaged: {problem}");
        await Testing.Eventually.UntilAsync(
            "the damage in the status", TestLog.Patience,
            _ => Task.FromResult(log.Secondary!.Status().Scrub!.Problems is [var first, ..]
                && first.Contains(problem, StringComparison.Ordinal)),
            TestLog.Cancel);
        var answer = await log.Http.GetAsync(
            new Uri(log.SecondaryInternalUrl, "get-secondary-tree-head"), TestLog.Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(
            "(503) this secondary acknowledges nothing: its store is damaged\n",
            await answer.Content.ReadAsStringAsync(TestLog.Cancel));

        await log.StartPrimaryAsync(options => options with { CommitWait = TimeSpan.FromMilliseconds(300) });
        Assert.Equal(AddLeafStatus.Accepted, await log.AddAsync(Size));
        Assert.Equal(AddLeafStatus.Accepted, await log.AddAsync(Size));
        await TestLog.NotReadyAsync(log.PrimaryServices, "503");
        await TestLog.NotReadyAsync(log.SecondaryServices, "primary: is not followed");
        Assert.Equal((ulong)Size, log.Secondary!.LocalTree.Size);
        Assert.Equal(Size + 1ul, log.Primary!.LocalTree.Size);
        Assert.Equal((ulong)Size, new SthFile(log.SthFile, HostDisk.Instance).Load(log.LogKey.PublicKey).TreeHead.Size);
        // Nobody whose word counts has said that this primary is no older copy: it shows nothing since its start.
        await log.ShowsNothingAsync();
    }

    [Fact]
    public async Task The_next_start_begins_closed_and_a_complete_check_that_finds_nothing_opens_the_one_after_it()
    {
        await using var log = new TestLog();
        await log.FillAsync(Size, signed: Size);
        Tampering.Flip(log.PathOf("secondary"), StoredThing.Leaf, 9);
        await log.StartSecondaryAsync();
        await TestLog.NotReadyAsync(log.SecondaryServices, "store: damaged: leaf 9 has changed");
        await log.StopSecondaryAsync();

        Tampering.Flip(log.PathOf("secondary"), StoredThing.Leaf, 9);
        await log.StartSecondaryAsync();
        Assert.Contains(
            "leaf 9 has changed: neither index nor tree hash know its hash", log.Secondary!.Status().NotReadyBecause[0],
            StringComparison.Ordinal);
        Assert.Contains("(found before this start)", log.SecondaryServices.Health.Readiness().Text, StringComparison.Ordinal);
        await Testing.Eventually.UntilAsync(
            "a check that finds nothing", TestLog.Patience,
            _ => Task.FromResult(log.Secondary!.Scrub.Progress.LastCompleted is not null), TestLog.Cancel);
        var answer = await log.Http.GetAsync(new Uri(log.SecondaryInternalUrl, "get-secondary-tree-head"), TestLog.Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        await log.StopSecondaryAsync();

        await log.StartSecondaryAsync();
        await log.StartPrimaryAsync();
        await log.CommitAsync(Size);
    }

    [Fact]
    public async Task A_request_that_it_holds_when_the_damage_is_found_is_not_acknowledged_either()
    {
        const int wait = 30;
        await using var log = new TestLog { ScrubInterval = TimeSpan.FromMilliseconds(100) };
        await log.FillAsync(Size, signed: Size);
        await log.StartSecondaryAsync();
        using var request = new HttpRequestMessage(
            HttpMethod.Get, new Uri(log.SecondaryInternalUrl, "get-secondary-tree-head"));
        request.Headers.Add("Prefer", $"wait={wait}");
        request.Headers.Add("If-None-Match", $"\"{Size}\"");
        var started = Stopwatch.GetTimestamp();
        var held = log.Http.SendAsync(request, TestLog.Cancel);
        Tampering.FlipOnDisk(log.PathOf("secondary"), (await log.RequestAsync(9)).ToLeaf());
        await TestLog.NotReadyAsync(log.SecondaryServices, "store: damaged: leaves from 0 on cannot be read");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await held).StatusCode);
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(wait - 10));
    }

    [Theory]
    [InlineData(StoredThing.TreeHead, "'tree_head' is not stored as it was written")]
    [InlineData(StoredThing.Identity, "'identity' is not stored as it was written")]
    public async Task Damage_to_what_there_is_once_is_found_at_start(StoredThing thing, string problem)
    {
        await using var log = new TestLog();
        await log.FillAsync(Size, signed: Size);
        Tampering.Flip(log.PathOf("secondary"), thing, 0);
        var error = await Assert.ThrowsAnyAsync<Exception>(() => log.StartSecondaryAsync());
        Assert.True(error is StoreException or StartupException, error.ToString());
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }
}
