using Sigsum.Log.Cli.Options;
using Sigsum.Log.Cli.Verbs;
using Sigsum.Testing;

namespace Sigsum.Log.Cli.Tests.Commands;

/// <summary>What all commands of an operator have in common.</summary>
public sealed class EveryCommandTests
{
    private static readonly string[] OnlyLook = ["status", "tree show", "verify", "key check"];

    private static readonly Dictionary<string, Verb> Verbs = Dispatcher.Commands.SelectMany(command => command switch
    {
        VerbGroup group => group.Verbs.Select(verb => (Name: $"{group.Name} {verb.Name}", Verb: verb)),
        Verb verb => [(verb.Name, verb)],
        _ => [],
    }).ToDictionary(pair => pair.Name, pair => pair.Verb);

    public static TheoryData<string> Commands => [.. Verbs.Where(pair => pair.Value is OperatorVerb).Select(pair => pair.Key)];

    [Fact]
    public void The_page_on_JSON_has_all_of_them() =>
        Assert.Equal(Commands.Select(row => row.Data).Order(), JsonManual.Commands.Order());

    [Theory]
    [MemberData(nameof(Commands))]
    public void Each_has_json_and_those_that_change_something_dry_run_and_yes(string command)
    {
        var options = Verbs[command].Options;
        Assert.Contains(OptionCatalog.Json, options);
        Assert.Equal(!OnlyLook.Contains(command), options.Contains(OptionCatalog.DryRun));
        Assert.Equal(!OnlyLook.Contains(command), options.Contains(OptionCatalog.Yes));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Called_wrongly_each_says_so_in_JSON_and_ends_with_2(string command)
    {
        var why = await CommandRun.ErrorAsync("usage", 2, command, "--nonsense", "--config=/nowhere/config");
        Assert.Contains("--nonsense: is not an option", why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("key")]
    [InlineData("tree nonsense")]
    public async Task What_is_no_command_is_wrong_usage(string words)
    {
        string[] arguments = words.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var result = await ProgramProcess.RunAsync(
            SigsumLog.Executable, [.. arguments, "--json"], TestContext.Current.CancellationToken);
        Assert.Equal(2, result.ExitCode);
        using var json = System.Text.Json.JsonDocument.Parse(result.Output);
        Assert.Equal("usage", json.RootElement.GetProperty("error").GetString());
    }

    [Fact]
    public async Task On_a_terminal_results_are_tables()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "script of util-linux makes the terminal");
        using var folder = new TempDirectory();
        var (data, sth) = ($"--data-dir={folder.PathOf("data")}", $"--sth-file={folder.PathOf("sth")}");
        foreach (var command in new[]
        {
            $"init --role=primary --dry-run {data} {sth}", $"init --role=primary {data} {sth}", $"status {data} {sth}",
            $"tree show {data}", $"verify {data} {sth}", $"drill --dry-run",
        })
        {
            var environment = new Dictionary<string, string?> { ["TERM"] = "xterm", ["SIGSUM_LOGSERVER_CONFIG"] = "" };
            var result = (await ProgramProcess.RunAsync(
                "script", ["-qec", $"{SigsumLog.Executable} {command}", "/dev/null"], TestContext.Current.CancellationToken,
                environment: environment)).Succeeded();
            Assert.Contains('╭', result.Output);
            Assert.Contains('╯', result.Output);
        }
    }
}
