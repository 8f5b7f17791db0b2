using System.Globalization;
using Sigsum.Log.Cli.Options;
using Sigsum.Log.Cli.Verbs;
using Sigsum.Log.Cli.Verbs.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Testing;

namespace Sigsum.Log.Cli.Tests;

/// <summary>docs/operating/configuration.md says what the program does.</summary>
public sealed class ManualTests
{
    /// <summary>Cells of the rows that describe an option: name, file key, default, value, meaning.</summary>
    private static readonly Dictionary<string, string[]> Rows =
        File.ReadLines(Repository.PathOf("docs", "operating", "configuration.md"))
            .Where(line => line.StartsWith("| `--", StringComparison.Ordinal))
            .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray())
            .Where(cells => cells.Length == 5)
            .ToDictionary(cells => cells[0].Trim('`')[2..]);

    private static readonly OptionSpec[] Options =
        [.. new Verb[]
            {
                new PrimaryVerb(), new SecondaryVerb(), new NodeVerb(), new MktreeVerb(), new InitVerb(), new VerifyVerb(),
                new StatusVerb(), new PromoteVerb(), new SwitchoverVerb(), new RejoinVerb("rejoin"), new RecoverVerb(),
                new DrillVerb(),
            }
            .Concat(KeyVerbs.Group.Verbs).Concat(TreeVerbs.Group.Verbs).SelectMany(verb => verb.Options).DistinctBy(option => option.Name)];

    public static TheoryData<string> OptionNames => [.. Options.Select(option => option.Name)];

    public static TheoryData<string, string> Ranges => new()
    {
        { "timeout", Text(OptionRanges.Timeout) },
        { "interval", Text(OptionRanges.Interval) },
        { "commit-wait", Text(OptionRanges.CommitWait) },
        { "cosignature-grace", Text(OptionRanges.CosignatureGrace) },
        { "max-range", Text(OptionRanges.MaxRange) },
        { "witness-requests-per-day", Text(OptionRanges.WitnessRequestsPerDay) },
        { "scrub-rate", Text(OptionRanges.ScrubRate) },
        { "scrub-interval", Text(OptionRanges.ScrubInterval) },
        { "queue-length", Text(OptionRanges.QueueLength) },
        { "batch-size", Text(OptionRanges.BatchSize) },
    };

    [Theory]
    [MemberData(nameof(OptionNames))]
    public void Every_option_is_described_with_its_key_and_default(string name)
    {
        var option = Array.Find(Options, option => option.Name == name)!;
        Assert.True(Rows.TryGetValue(name, out var row), $"the manual lacks --{name}");
        Assert.Equal(option.Table switch
        {
            FileTable.None => "-",
            FileTable.Root => $"`{name}`",
            var table => $"`[{table.ToString().ToLowerInvariant()}] {name}`",
        }, row[1]);
        Assert.Equal(option.Default.Length == 0 ? "none" : $"`{option.Default}`", row[2]);
        Assert.Equal(option.Kind == OptionKind.Texts, row[3].EndsWith(", repeatable", StringComparison.Ordinal));
        Assert.Equal(option.Kind == OptionKind.Flag, row[3] == "flag");
    }

    [Fact]
    public void Nothing_is_described_that_is_not_there() =>
        Assert.Empty(Rows.Keys.Except(Options.Select(option => option.Name)));

    [Theory]
    [MemberData(nameof(Ranges))]
    public void Every_range_is_described(string name, string range) => Assert.Equal(range, Rows[name][3]);

    [Fact]
    public void No_range_is_forgotten() =>
        Assert.Equal(typeof(OptionRanges).GetProperties().Length, Ranges.Count);

    private static string Text(OptionRange<TimeSpan> range) =>
        $"{GoDuration.Format(range.Smallest)} to {GoDuration.Format(range.Largest)}";

    private static string Text(OptionRange<int> range) =>
        string.Create(CultureInfo.InvariantCulture, $"{range.Smallest} to {range.Largest}");
}
