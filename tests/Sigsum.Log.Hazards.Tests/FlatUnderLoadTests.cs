using System.Diagnostics;
using System.Globalization;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Load;
using Sigsum.Log.Hazards.Tests.Reports;
using Sigsum.Log.Hazards.Tests.Witnesses;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>
/// Under a load that stays the same, a node holds the same memory, files and threads. SIGSUM_LOAD_SECONDS makes it an hour,
/// or whatever one likes.
/// </summary>
public sealed class FlatUnderLoadTests : HazardTest
{
    private const int UsualSeconds = 50;
    private const int Samples = 100;

    [Fact]
    public async Task Flat_under_load()
    {
        TimeSpan length = TimeSpan.FromSeconds(
            Environment.GetEnvironmentVariable("SIGSUM_LOAD_SECONDS") is { Length: > 0 } text
                ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)
                : UsualSeconds);
        // An hour of one line a request does not fit into the memory of this process.
        HazardSetup setup = new() { Witnesses = [WitnessKind.Lite], Submitters = 8, LogLevel = "warning" };
        await using HazardLog log = await HazardLog.StartAsync(setup, Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(1, Cancellation);
        List<ProcessUse> primary = [], secondary = [];
        long started = Stopwatch.GetTimestamp();
        while (primary.Count < Samples)
        {
            await Task.Delay(length / Samples, TimeProvider.System, Cancellation);
            primary.Add(await ProcessUse.ReadAsync(log, log.Primary, Cancellation));
            secondary.Add(await ProcessUse.ReadAsync(log, log.Secondary, Cancellation));
        }

        TimeSpan took = Stopwatch.GetElapsedTime(started);
        string outcome = await EndAsync(log);
        HazardReport.Write("flat-under-load", ServerKind.Ours, string.Create(CultureInfo.InvariantCulture,
            $"{took.TotalSeconds:0} s: {Flatness.Describe("primary", primary)}; {Flatness.Describe("secondary", secondary)}; {outcome}"));
        Assert.Empty(Flatness.Growth("primary", primary).Concat(Flatness.Growth("secondary", secondary)));
    }
}
