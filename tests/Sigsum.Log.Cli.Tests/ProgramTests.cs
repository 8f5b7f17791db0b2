using Sigsum.Testing;

namespace Sigsum.Log.Cli.Tests;

/// <summary>The program as a real process, by each of its names.</summary>
public sealed class ProgramTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public static TheoryData<string> ProgramNames =>
        ["sigsum-log", "sigsum-log-primary", "sigsum-log-secondary", "sigsum-mktree"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(ProgramNames))]
    public async Task Tells_its_name_and_version(string program)
    {
        var result = (await RunAsync(program, "--version")).Succeeded();
        Assert.Matches($@"^{program} [0-9]+\.[0-9]+\.[0-9]+[^ ]*\n$", result.Output);
        Assert.Empty(result.Error);
    }

    [Theory]
    [InlineData("sigsum-log", "Usage: sigsum-log COMMAND ")]
    [InlineData("sigsum-log-primary", "Usage: sigsum-log-primary [-?] [--allow-test-domain] ")]
    [InlineData("sigsum-log-secondary", "Usage: sigsum-log-secondary [-?] [--backend value] ")]
    [InlineData("sigsum-mktree", "Usage: sigsum-mktree [-?] [--config file] [--mode mode] [--sth-file file] ")]
    public async Task Tells_its_options(string program, string usage)
    {
        var byName = (await RunAsync(program, "--help")).Succeeded();
        Assert.StartsWith(usage, byName.Output, StringComparison.Ordinal);
        Assert.Equal(byName, await RunAsync(program, "-?"));
    }

    [Theory]
    [InlineData("primary", "sigsum-log-primary")]
    [InlineData("secondary", "sigsum-log-secondary")]
    [InlineData("mktree", "sigsum-mktree")]
    public async Task A_command_has_the_options_of_the_program(string verb, string program)
    {
        var byVerb = (await RunAsync("sigsum-log", verb, "--help")).Succeeded().Output;
        var byName = (await RunAsync(program, "--help")).Succeeded().Output;
        Assert.Equal(byName.Replace($"Usage: {program} ", "", StringComparison.Ordinal),
            byVerb.Replace($"Usage: sigsum-log {verb} ", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_symbolic_link_acts_as_its_name_says()
    {
        var link = _folder.PathOf("sigsum-mktree");
        File.CreateSymbolicLink(link, SigsumLog.Executable);
        var version = (await RunAsync(link, "--version")).Succeeded().Output;
        Assert.StartsWith("sigsum-mktree ", version, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "a command is missing")]
    [InlineData("nonsense", "'nonsense' is not a command")]
    public async Task An_unknown_command_is_an_error_that_lists_the_known_ones(string argument, string error)
    {
        var result = await RunAsync("sigsum-log", argument.Length == 0 ? [] : [argument]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(error, result.Error, StringComparison.Ordinal);
        Assert.Contains("  mktree ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_errors_of_file_and_command_line_are_told_at_once()
    {
        var config = _folder.Write("c.toml", "nonsense = 1\ntimeout = \"10\"\n");
        var result = await RunAsync("sigsum-log-secondary", ["--nonsense", "--key-file", "/missing/key"], config);
        Assert.Equal(1, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Equal(
            [
                "sigsum-log-secondary: --nonsense: is not an option of this program; write one of those that --help " +
                "lists",
                $"sigsum-log-secondary: unknown key 'nonsense' before the first table ({config}, line 1)",
                "sigsum-log-secondary: --primary-url: is missing; write --primary-url=URL, the base URL of the " +
                "primary's internal endpoint, such as http://primary.example:6967",
                "sigsum-log-secondary: --timeout: '10' cannot be used; write a duration with its unit, such as 10s, " +
                $"1m30s, 500ms or 1h ({config}, line 2)",
                "sigsum-log-secondary: --key-file: Could not find a part of the path '/missing/key'; name a file " +
                "that can be read",
            ],
            result.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task A_file_that_the_variable_names_must_be_there()
    {
        var result = await RunAsync("sigsum-mktree", ["--sth-file", _folder.PathOf("sth")], _folder.PathOf("missing"));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("--config: cannot read", result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.FullName));
    }

    [Fact]
    public async Task Init_makes_a_primary_once()
    {
        string[] arguments =
            ["init", "--role=primary", $"--data-dir={_folder.PathOf("data")}", $"--sth-file={_folder.PathOf("sth")}"];
        (await RunAsync("sigsum-log", arguments)).Succeeded();
        Assert.Equal("startup=empty", await File.ReadAllTextAsync(_folder.PathOf("sth.startup"), Cancellation));
        Assert.True(Directory.Exists(_folder.PathOf("data")));

        Assert.Equal(1, (await RunAsync("sigsum-log", arguments)).ExitCode);
        File.Delete(_folder.PathOf("sth.startup"));
        var again = await RunAsync("sigsum-log", arguments);
        Assert.Equal(1, again.ExitCode);
        Assert.Contains(_folder.PathOf("data"), again.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.PathOf("sth.startup")));
    }

    [Fact]
    public async Task Init_makes_nothing_where_a_tree_head_was_signed()
    {
        _folder.Write("sth", "");
        var result = await RunAsync("sigsum-log",
            "init", "--role=primary", $"--data-dir={_folder.PathOf("data")}", $"--sth-file={_folder.PathOf("sth")}");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal([_folder.PathOf("sth")], Directory.GetFileSystemEntries(_folder.FullName));
    }

    [Fact]
    public async Task Init_makes_a_secondary_without_startup_file()
    {
        (await RunAsync("sigsum-log", "init", "--role", "secondary", "--data-dir", _folder.PathOf("data"))).Succeeded();
        Assert.Equal([_folder.PathOf("data")], Directory.GetFileSystemEntries(_folder.FullName));
    }

    [Fact]
    public async Task Init_must_be_told_a_role()
    {
        var result = await RunAsync("sigsum-log", "init", "--data-dir", _folder.PathOf("data"));
        Assert.Equal(2, result.ExitCode);
        Assert.Equal("sigsum-log init: --role: is missing; write --role=primary or --role=secondary\n", result.Error);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.FullName));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static Task<ProgramResult> RunAsync(string program, params string[] arguments) =>
        RunAsync(program, arguments, config: "");

    /// <summary>An empty name of the configuration file keeps the machine's own out of the test.</summary>
    private static Task<ProgramResult> RunAsync(string program, string[] arguments, string config) =>
        ProgramProcess.RunAsync(
            Path.Combine(AppContext.BaseDirectory, program), arguments, Cancellation,
            environment: new Dictionary<string, string?> { ["SIGSUM_LOGSERVER_CONFIG"] = config });
}
