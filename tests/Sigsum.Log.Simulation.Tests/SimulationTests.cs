using System.Globalization;
using System.Text.Json;
using Sigsum.Testing;

namespace Sigsum.Log.Simulation.Tests;

/// <summary>Runs the simulator as its users do: it has a process to itself, since it takes over the thread pool.</summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    private static readonly string Program = Repository.PathOf(
        "tests", "Sigsum.Log.Simulation", "bin", Configuration, "net10.0", "Sigsum.Log.Simulation");

    private static string Configuration => AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal)
        ? "Release"
        : "Debug";

    /// <summary>
    /// Seeds that have found something, with the kinds of deeds that there were not yet when they did: each one must stay whole.
    /// </summary>
    public static TheoryData<int, string[]> Found
    {
        get
        {
            var found = new TheoryData<int, string[]>();
            using var document = JsonDocument.Parse(File.ReadAllText(Repository.PathOf("tests", "Sigsum.Log.Simulation", "found-seeds.json")));
            foreach (var group in document.RootElement.EnumerateArray())
            {
                string[] without = [.. group.GetProperty("without").EnumerateArray().Select(deed => deed.GetString()!)];
                foreach (var seed in group.GetProperty("seeds").EnumerateArray())
                    found.Add(seed.GetInt32(), without);
            }

            return found;
        }
    }

    [Theory]
    [MemberData(nameof(Found))]
    public Task A_seed_that_has_found_something_stays_whole(int seed, string[] without) =>
        MustBeWholeAsync([$"--seed={seed}", .. without.Select(deed => $"--without={deed}")]);

    [Fact]
    public Task The_first_seeds_are_whole() => MustBeWholeAsync("--seed=1", "--seeds=40");

    [Fact]
    public Task The_first_scenes_are_whole() => MustBeWholeAsync("--scenes", "--seed=1", "--seeds=70");

    /// <summary>
    /// A log that does not come back when the troubles are over is printed with its seed, for whoever looks into it; it ends
    /// this test no more than a log that does.
    /// </summary>
    [Theory]
    [InlineData("--seconds=90")]
    [InlineData("--seconds=30", "--scenes")]
    public async Task Fresh_seeds_are_safe(params string[] arguments)
    {
        var seed = Random.Shared.Next(1_000_000_000);
        var result = await RunAsync([string.Create(CultureInfo.InvariantCulture, $"--seed={seed}"), "--safety", .. arguments]);
        output.WriteLine(result.Output);
        result.Succeeded();
        Assert.Contains(" seeds from ", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public async Task The_same_seed_gives_the_same_story(int seed)
    {
        var first = await RunAsync($"--seed={seed}", "--log");
        var second = await RunAsync($"--seed={seed}", "--log");
        Assert.Contains("signs size", first.Output, StringComparison.Ordinal);
        // The last line says how long it took.
        Assert.Equal(StoryOf(first), StoryOf(second));
        Assert.NotEqual(StoryOf(first), StoryOf(await RunAsync($"--seed={seed + 1}", "--log")));
    }

    [Fact]
    public async Task Wrong_usage_is_said()
    {
        var result = await RunAsync("--sed=1");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("usage: simulation", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_planted_fault_is_where_the_list_says()
    {
        var list = Repository.PathOf("tests", "Sigsum.Log.Simulation", "planted-faults.json");
        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(list, TestContext.Current.CancellationToken));
        Assert.NotEmpty(document.RootElement.EnumerateArray());
        foreach (var fault in document.RootElement.EnumerateArray())
        {
            var source = await File.ReadAllTextAsync(
                Repository.PathOf(fault.GetProperty("file").GetString()!), TestContext.Current.CancellationToken);
            Assert.Equal(2, source.Split(fault.GetProperty("find").GetString()!).Length);
        }
    }

    private static string StoryOf(ProgramResult result) => result.Output[..result.Output.LastIndexOf(" seeds from ", StringComparison.Ordinal)];

    private async Task MustBeWholeAsync(params string[] arguments)
    {
        var result = await RunAsync(arguments);
        // With the story of what went wrong, and the seed that repeats it.
        output.WriteLine(result.Output);
        Assert.Equal(0, result.Succeeded().ExitCode);
        Assert.Contains(": whole; ", result.Output, StringComparison.Ordinal);
    }

    private static Task<ProgramResult> RunAsync(params string[] arguments) => ProgramProcess.RunAsync(
        Program, arguments, TestContext.Current.CancellationToken, timeout: TimeSpan.FromMinutes(15));
}
