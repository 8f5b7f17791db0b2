using Microsoft.Extensions.Logging;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Hosting;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Scrubbing;

/// <summary>
/// Reads and recomputes everything that a running node has stored, again and again, so slowly that nobody notices:
/// damage at rest is found before anybody depends on it. What is found is told to the node at once, and closes it.
/// docs/decisions/0016 says what this costs and what it cannot see.
/// </summary>
/// <param name="store">What is checked.</param>
/// <param name="rate">Leaves, and as many entries of the index, in a second at most; at least 1.</param>
/// <param name="interval">Time between the end of a pass and the beginning of the next.</param>
/// <param name="claims">What the tree must be like, asked for at the beginning of each pass.</param>
/// <param name="damage">Told what is found first.</param>
/// <param name="found">Told everything that is found.</param>
/// <param name="advice">What the operator should do then.</param>
/// <param name="services">The node's surroundings.</param>
internal sealed partial class Scrubber(
    ILogStore store,
    int rate,
    TimeSpan interval,
    Func<StoreClaims> claims,
    StoreDamage damage,
    Action<StoreProblem> found,
    string advice,
    NodeServices services)
{
    /// <summary>A step takes a few milliseconds of processor time.</summary>
    private const int LargestStep = 1000;

    private readonly TimeProvider _time = services.Time;
    private readonly ILogger _logger = services.Logger<Scrubber>();
    private readonly HealthCondition _condition = MetAtStart(services.Health);
    private volatile ScrubProgress _progress = ScrubProgress.None;
    private string? _recalled;

    /// <summary>How far it is.</summary>
    public ScrubProgress Progress => _progress;

    /// <summary>Closes the node at its start, if a scrubber of an earlier one has found something.</summary>
    /// <exception cref="StoreException">Nobody can tell.</exception>
    public void Recall()
    {
        if (DamageMark.Load(store) is not { } mark)
            return;
        _recalled = $"{mark.Text} (found before this start)";
        _progress = ScrubProgress.None with { Problems = [_recalled] };
        Tell(mark with { Text = _recalled });
    }

    /// <summary>Makes passes until cancelled, or until one has found something; then it only waits.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        do
        {
            await PassAsync(cancellationToken);
            await Task.Delay(interval, _time, cancellationToken);
        }
        while (damage.Found is null);

        await Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellationToken);
    }

    private async Task PassAsync(CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        // Heads before the tree: what is signed meanwhile may be larger than a tree that was looked at first.
        var known = claims();
        var pass = new VerificationPass(store, known.Heads);
        List<StoreProblem> problems = [.. known.Problems.Select(problem => new StoreProblem(problem, null))];
        problems.ForEach(Tell);
        var step = Math.Clamp(rate / 10, 1, LargestStep);
        var pause = TimeSpan.FromSeconds((double)step / rate);
        var told = 0;
        while (true)
        {
            for (; told < pass.Problems.Count; told++)
            {
                problems.Add(pass.Problems[told]);
                Tell(pass.Problems[told]);
            }

            _progress = new ScrubProgress(
                pass.Checked, pass.Size, _progress.LastPass, [.. Recalled(), .. problems.Select(problem => problem.Text)])
            {
                IsUnderWay = !pass.IsDone,
            };
            if (pass.IsDone)
                break;
            await Task.Delay(pause, _time, cancellationToken);
            pass.Step(step);
        }

        if (problems.Count > 0)
        {
            Ended(_logger, pass.Checked, pass.Size, problems.Count);
            return;
        }

        var seconds = (long)_time.GetElapsedTime(started).TotalSeconds;
        _progress = _progress with { LastPass = new ScrubPass(_time.GetUtcNow(), pass.Checked, seconds) };
        Whole(_logger, pass.Checked, pass.Nodes, seconds);
        if (_recalled is not null)
        {
            store.CommitRecords([DamageMark.None]);
            WholeAgain(_logger, _recalled);
        }
    }

    private string[] Recalled() => _recalled is null ? [] : [_recalled];

    /// <summary>The node first: from here on nothing is signed, and what it answers wrongly is not answered.</summary>
    private void Tell(StoreProblem problem)
    {
        var first = damage.Report(problem.Text);
        found(problem);
        if (first)
        {
            if (_recalled is null)
                Remember(problem);
            _condition.NotMet($"damaged: {problem.Text}; {advice}");
            Damaged(_logger, problem.Text, advice);
        }
        else
        {
            DamagedToo(_logger, problem.Text);
        }
    }

    private void Remember(StoreProblem problem)
    {
        try
        {
            store.CommitRecords([DamageMark.ToStore(problem)]);
        }
        catch (StoreException error)
        {
            // The node is closed all the same; the next start has to find it again.
            NotRemembered(_logger, error.Message);
        }
    }

    /// <summary>A store that opens has passed the check at start; the scrubber is there to take that back.</summary>
    private static HealthCondition MetAtStart(NodeHealth health)
    {
        var condition = health.Register("store");
        condition.Met();
        return condition;
    }

    [LoggerMessage(Level = LogLevel.Information,
        Message = "the store is whole: {Leaves} leaves and {Nodes} tree hashes checked in {Seconds} s")]
    private static partial void Whole(ILogger logger, ulong leaves, ulong nodes, long seconds);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "the store was marked as damaged ({Problem}), and a complete check finds nothing any more: the mark is gone. Start "
            + "the node again to open it; if nobody has repaired anything, suspect the memory or the disk of this machine")]
    private static partial void WholeAgain(ILogger logger, string problem);

    [LoggerMessage(Level = LogLevel.Error, Message = "the damage cannot be marked in the store: {Reason}")]
    private static partial void NotRemembered(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Critical, Message = "the store is damaged: {Problem}; {Advice}")]
    private static partial void Damaged(ILogger logger, string problem, string advice);

    [LoggerMessage(Level = LogLevel.Error, Message = "the store is damaged: {Problem}")]
    private static partial void DamagedToo(ILogger logger, string problem);

    [LoggerMessage(Level = LogLevel.Error,
        Message = "the check of the store has ended after {Checked} of {Size} leaves with {Problems} problems")]
    private static partial void Ended(ILogger logger, ulong @checked, ulong size, int problems);
}
