using System.Globalization;

namespace Sigsum.Log.Hazards.Tests.Load;

/// <summary>
/// Tells whether a process grew while it did the same all the time. Two windows after a warm-up are compared: of what is
/// taken and given back, the middle; of managed memory the lowest, which is what is left after a collection. What a window
/// may be above the one before is more than a busy machine makes of it, and far less than a leak in each request does.
/// </summary>
internal static class Flatness
{
    private const double WarmUp = 0.4;
    private const double EarlyWindow = 0.7;

    /// <summary>The database's write buffers fill up and are written out: 32 MiB of it comes and goes.</summary>
    private const long ResidentSlack = 40 * 1024;

    private const long HeapSlack = 3 * 1024;
    private const long FilesSlack = 16;
    private const long ThreadsSlack = 10;

    /// <summary>What grew, a line each.</summary>
    /// <param name="name">Whose it is.</param>
    /// <param name="samples">Taken at equal distances.</param>
    public static IEnumerable<string> Growth(string name, IReadOnlyList<ProcessUse> samples)
    {
        (string What, Func<ProcessUse, long> Of, Func<long[], long> Level, long Slack)[] measures =
        [
            ("KiB of resident memory", use => use.Resident, Middle, ResidentSlack),
            ("KiB of managed memory", use => use.Heap, Enumerable.Min, HeapSlack),
            ("open files", use => use.Files, Middle, FilesSlack),
            ("threads", use => use.Threads, Middle, ThreadsSlack),
        ];
        foreach (var (what, of, level, slack) in measures)
        {
            var (early, late) = Levels(samples, of, level);
            if (late > early + slack)
                yield return string.Create(CultureInfo.InvariantCulture, $"{name}: {early} {what}, and later {late}");
        }
    }

    /// <summary>Levels of both windows, for the report.</summary>
    public static string Describe(string name, IReadOnlyList<ProcessUse> samples)
    {
        return string.Create(CultureInfo.InvariantCulture, $"{name}: resident {Levels(use => use.Resident / 1024, Middle)} MiB, ")
            + string.Create(CultureInfo.InvariantCulture, $"managed {Levels(use => use.Heap, Enumerable.Min)} KiB, ")
            + string.Create(
                CultureInfo.InvariantCulture, $"{Levels(use => use.Files, Middle)} files, {Levels(use => use.Threads, Middle)} threads");

        string Levels(Func<ProcessUse, long> of, Func<long[], long> level)
        {
            var (early, late) = Flatness.Levels(samples, of, level);
            return string.Create(CultureInfo.InvariantCulture, $"{early} and {late}");
        }
    }

    private static (long Early, long Late) Levels(
        IReadOnlyList<ProcessUse> samples, Func<ProcessUse, long> of, Func<long[], long> level)
    {
        long[] all = [.. samples.Select(of)];
        int warm = (int)(all.Length * WarmUp), middle = (int)(all.Length * EarlyWindow);
        return (level(all[warm..middle]), level(all[middle..]));
    }

    private static long Middle(long[] values) => values.Order().ElementAt(values.Length / 2);
}
