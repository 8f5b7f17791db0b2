using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Diagnostics.Logging;
using Sigsum.Log.Hosting;
using Sigsum.Log.Scrubbing;
using Sigsum.Log.Storage;
using Sigsum.Log.Tests.Diagnostics;
using Sigsum.Log.Tests.Storage;
using Sigsum.Testing;

namespace Sigsum.Log.Tests.Scrubbing;

/// <summary>The scrubber by itself, with a clock that the test moves.</summary>
public sealed class ScrubberTests : IAsyncLifetime
{
    private const int Size = 450;
    private const string Advice = "do this";
    private static readonly TimeSpan Interval = TimeSpan.FromHours(3);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));
    private readonly TemporaryDirectory _directory = new();
    private readonly CapturedOutput _output = new();
    private readonly LoggingSetup _logging;
    private readonly NodeServices _services;
    private readonly RocksDbLogStore _store;
    private readonly StoreDamage _damage = new();
    private readonly List<StoreProblem> _found = [];
    private readonly CancellationTokenSource _stop = new();
    private StoreClaims _claims = new([], []);
    private Task _running = Task.CompletedTask;

    public ScrubberTests()
    {
        _logging = LoggingSetup.Create(LogLevel.Information, _output, new LineFormatter(_time, journal: false));
        _services = NodeServices.Create(_time, _logging.Factory);
        using (var born = RocksDbLogStore.Create(DataPath, StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, null)))
            TreeAppender.Restore(born).Append(born, Size);
        // Opened again, so that the leaves are in files and not in the write buffer.
        _store = RocksDbLogStore.Open(DataPath);
    }

    private string DataPath => _directory.Sub("node");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        _store.Dispose();
        _logging.Dispose();
        _stop.Dispose();
        _damage.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_pass_takes_at_least_the_time_that_the_rate_gives_it_and_tells_how_far_it_is()
    {
        var started = _time.GetUtcNow();
        var scrubber = Start(rate: 1000);
        await MoveUntilAsync(TimeSpan.FromMilliseconds(50), () => scrubber.Progress.Checked > 0);
        Assert.Equal(
            new ScrubProgress(100, Size, null, []) { IsUnderWay = true }, scrubber.Progress with { Problems = [] });
        await MoveUntilAsync(TimeSpan.FromMilliseconds(50), () => scrubber.Progress.LastCompleted is not null);
        Assert.InRange(_time.GetUtcNow() - started, TimeSpan.FromMilliseconds(450), TimeSpan.MaxValue);
        Assert.Equal((ulong)Size, scrubber.Progress.Checked);
        Assert.False(scrubber.Progress.IsUnderWay);
        var pass = scrubber.Progress.LastPass!;
        Assert.Equal((ulong)Size, pass.Leaves);
        Assert.InRange(pass.Seconds, 0, (long)(_time.GetUtcNow() - started).TotalSeconds);
        Assert.Null(_damage.Found);
        Assert.True(_services.Health.Readiness().Ok);
        AssertLogged("level=info", $"{Size} leaves and {Size - 4} tree hashes checked");
    }

    [Fact]
    public async Task A_slow_rate_checks_leaf_by_leaf()
    {
        var scrubber = Start(rate: 2);
        await MoveUntilAsync(TimeSpan.FromMilliseconds(500), () => scrubber.Progress.Checked > 0);
        Assert.InRange(scrubber.Progress.Checked, 1ul, 2ul);
    }

    [Fact]
    public async Task After_the_interval_it_begins_again_with_the_tree_of_then()
    {
        var scrubber = Start(rate: 100_000);
        await MoveUntilAsync(TimeSpan.FromSeconds(1), () => scrubber.Progress.LastCompleted is not null);
        var first = scrubber.Progress.LastCompleted!.Value;
        TreeAppender.Restore(_store).Append(_store, 7);
        await MoveUntilAsync(TimeSpan.FromMinutes(5), () => scrubber.Progress.LastCompleted > first);
        Assert.InRange(scrubber.Progress.LastCompleted.Value - first, Interval, TimeSpan.MaxValue);
        Assert.Equal(Size + 7ul, scrubber.Progress.Size);
    }

    [Fact]
    public async Task A_byte_that_changes_on_the_disk_between_two_passes_is_found_by_the_second_and_told_once()
    {
        var scrubber = Start(rate: 100_000);
        await MoveUntilAsync(TimeSpan.FromSeconds(1), () => scrubber.Progress.LastCompleted is not null);
        var whole = scrubber.Progress.LastCompleted;
        Tampering.FlipOnDisk(DataPath, StoreData.Leaf(9));
        await MoveUntilAsync(TimeSpan.FromMinutes(5), () => _damage.Found is not null);
        Assert.StartsWith("leaves from 0 on cannot be read", _damage.Found, StringComparison.Ordinal);
        Assert.Equal(0ul, Assert.Single(_found).SoundSize);
        await MoveUntilAsync(TimeSpan.FromMinutes(5), () => scrubber.Progress.Problems.Length > 0);
        Assert.Equal(_damage.Found, Assert.Single(scrubber.Progress.Problems));
        Assert.Equal(whole, scrubber.Progress.LastCompleted);

        var readiness = _services.Health.Readiness();
        Assert.False(readiness.Ok);
        Assert.Contains($"store: damaged: {_damage.Found}; {Advice}", readiness.Text, StringComparison.Ordinal);
        AssertLogged("level=fatal", Advice);

        // The rest is for the operator: no further pass reads a store of which enough is known.
        for (var i = 0; i < 10; i++)
            _time.Advance(Interval);
        Assert.Single(_found);
        Assert.False(_running.IsCompleted);
    }

    [Fact]
    public async Task A_claim_that_the_tree_does_not_fulfil_and_a_damaged_record_are_damage()
    {
        var other = _store.TreeHead with { Size = 20 };
        _claims = new StoreClaims([new ClaimedHead("a head", other)], ["a record is damaged"]);
        var scrubber = Start(rate: 100_000);
        await MoveUntilAsync(TimeSpan.FromSeconds(1), () => scrubber.Progress.Problems.Length == 2);
        Assert.Equal("a record is damaged", _damage.Found);
        Assert.Null(_found[0].SoundSize);
        Assert.StartsWith("a head has root", _found[1].Text, StringComparison.Ordinal);
        AssertLogged("level=error", "a head has root");
    }

    [Fact]
    public async Task The_metrics_tell_the_same()
    {
        var scrubber = Start(rate: 100_000);
        _services.Metrics.Scrub.Observe(() => scrubber.Progress);
        Assert.DoesNotContain("sigsum_log_scrub_last_completed_timestamp_seconds", Page().Families);
        await MoveUntilAsync(TimeSpan.FromSeconds(1), () => scrubber.Progress.LastCompleted is not null);
        Assert.Equal(Size, Page().Value("sigsum_log_scrub_checked_leaves"));
        Assert.Equal(Size, Page().Value("sigsum_log_scrub_pass_leaves"));
        Assert.Equal(0, Page().Value("sigsum_log_scrub_problems"));
        Assert.Equal(
            scrubber.Progress.LastCompleted!.Value.ToUnixTimeSeconds(),
            Page().Value("sigsum_log_scrub_last_completed_timestamp_seconds"), 0.999);

        PrometheusPage Page() => PrometheusPage.Parse(_services.Metrics.Render());
    }

    private Scrubber Start(int rate)
    {
        var scrubber = new Scrubber(
            _store, rate, Interval, () => _claims, _damage, _found.Add, Advice, _services);
        _running = scrubber.RunAsync(_stop.Token);
        return scrubber;
    }

    /// <summary>Moves the clock until something is so; the scrubber runs whenever its pause is over.</summary>
    private Task MoveUntilAsync(TimeSpan step, Func<bool> isSo) =>
        Eventually.UntilAsync("the scrubber", Patience, _ =>
        {
            if (isSo())
                return Task.FromResult(true);
            if (_running.IsFaulted)
                _running.GetAwaiter().GetResult();
            _time.Advance(step);
            return Task.FromResult(false);
        }, TestContext.Current.CancellationToken);

    private void AssertLogged(string level, string words)
    {
        Assert.True(_logging.Flush(Patience));
        Assert.Contains(_output.Lines, line =>
            line.Contains(level, StringComparison.Ordinal) && line.Contains(words, StringComparison.Ordinal));
    }
}
