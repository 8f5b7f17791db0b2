using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Sigsum.Log.Hosting;
using Sigsum.Log.Scrubbing;
using Sigsum.Log.Storage;
using Sigsum.Merkle;

namespace Sigsum.Log.Tests.Storage;

/// <summary>What checking a store costs, and what it takes from those who commit and read meanwhile: for people, not
/// for assertions. The store must have been grown by <see cref="Measurement"/>.</summary>
internal static class ScrubMeasurement
{
    private const int Rounds = 7;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(string directory, TextWriter output)
    {
        using var store = RocksDbLogStore.Open(directory);
        Pass(store, output);
        // In turns, since a machine is not equally fast all the time.
        int[] rates = [0, 10_000, 100_000];
        var rounds = new List<(int Rate, double Share, double Commits, double Reads)>();
        for (int round = 0; round < Rounds; round++)
        {
            foreach (int rate in rates)
                rounds.Add(await RoundAsync(store, rate));
        }

        foreach (var of in rounds.GroupBy(round => round.Rate))
        {
            output.WriteLine($"{of.Key} leaves/s: {Median(of.Select(round => round.Share)):P1} of a core by itself; "
                + $"{Median(of.Select(round => round.Commits)):F0} commits/s, "
                + $"{Median(of.Select(round => round.Reads)):F0} inclusion proofs/s");
        }
    }

    private static async Task<(int Rate, double Share, double Commits, double Reads)> RoundAsync(
        RocksDbLogStore store, int rate)
    {
        using var damage = new StoreDamage();
        using var stop = new CancellationTokenSource();
        var services = NodeServices.Create(TimeProvider.System, NullLoggerFactory.Instance);
        var scrubber = new Scrubber(
            store, rate, TimeSpan.Zero, () => new StoreClaims([], []), damage, _ => { }, "", services);
        var running = rate == 0 ? Task.CompletedTask : Task.Run(() => scrubber.RunAsync(stop.Token));
        var (before, watch) = (Environment.CpuUsage.TotalTime, Stopwatch.StartNew());
        await Task.Delay(Period, TimeProvider.System);
        double share = (Environment.CpuUsage.TotalTime - before) / watch.Elapsed;
        double commits = Count(Commits(store));
        double reads = Count(Reads(store));
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return damage.Found is { } found
            ? throw new InvalidOperationException(found)
            : (rate, share, commits, reads);
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);

    private static void Pass(RocksDbLogStore store, TextWriter output)
    {
        ulong cache = store.CacheUsage;
        var watch = Stopwatch.StartNew();
        var processor = Environment.CpuUsage.TotalTime;
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        var report = new StoreVerifier(store).Run([], null, CancellationToken.None);
        processor = Environment.CpuUsage.TotalTime - processor;
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        output.WriteLine($"pass: {report.Leaves} leaves in {watch.Elapsed.TotalSeconds:F1} s, "
            + $"{processor.TotalMicroseconds / report.Leaves:F2} us of processor time and "
            + $"{allocated / (long)report.Leaves} bytes allocated for each, {report.Problems.Length} problems; cache {cache >> 10} KiB before, "
            + $"{store.CacheUsage >> 10} KiB after");
    }

    private static Action Commits(RocksDbLogStore store)
    {
        var appender = TreeAppender.Restore(store);
        return () => appender.Append(store, 1);
    }

    private static Action Reads(RocksDbLogStore store)
    {
        var random = new Random(1);
        ulong size = store.TreeHead.Size;
        return () => ProofBuilder.Inclusion((ulong)random.NextInt64((long)size), size, store);
    }

    private static double Count(Action action)
    {
        var watch = Stopwatch.StartNew();
        long count = 0;
        for (; watch.Elapsed < Period; count++)
            action();
        return count / watch.Elapsed.TotalSeconds;
    }
}
