using System.Diagnostics;
using Sigsum.Log.Cli.Options;
using Sigsum.Log.Cli.Verbs;

namespace Sigsum.Log.Cli.Tests.Options;

/// <summary>An operator's command line for log-go means the same here.</summary>
public sealed class LogGoOptionsTests
{
    /// <summary>All differences in defaults, each on purpose.</summary>
    private static readonly Dictionary<string, string> OtherDefaults = new()
    {
        ["backend"] = "embedded",
        ["trillian-rpc-server"] = "",
        ["trillian-tree-id-file"] = "",
    };

    [Theory]
    [InlineData("sigsum-log-primary", 18)]
    [InlineData("sigsum-log-secondary", 12)]
    [InlineData("sigsum-mktree", 2)]
    public void Every_option_of_log_go_exists_with_its_default(string program, int count)
    {
        var ours = VerbOf(program).Options.ToDictionary(option => option.Name, option => option.Default);
        var theirs = LogGoHelp.OptionsOf(program).Where(option => option.Key is not ("help" or "version")).ToList();
        Assert.Equal(count, theirs.Count);
        Assert.All(theirs, option =>
        {
            Assert.Contains(option.Key, ours);
            Assert.Equal(OtherDefaults.GetValueOrDefault(option.Key, option.Value), ours[option.Key]);
        });
    }

    [Theory]
    [InlineData("sigsum-log-primary")]
    [InlineData("sigsum-log-secondary")]
    [InlineData("sigsum-mktree")]
    public async Task Help_prints_every_option_in_log_go_s_form(string program)
    {
        var output = new StringWriter();
        await HelpText.WriteAsync(output, program, VerbOf(program).Options);
        var printed = LogGoHelp.Parse(output.ToString());
        Assert.All(VerbOf(program).Options, option => Assert.Equal(option.Default, printed[option.Name]));
        Assert.All(LogGoHelp.OptionsOf(program).Keys, name => Assert.Contains(name, printed.Keys));
        Assert.All(output.ToString().Split('\n')[1..], line => Assert.InRange(line.Length, 0, 80));
    }

    [Fact]
    public void Trillian_options_are_the_only_ones_that_are_ignored() =>
        Assert.Equal(
            ["trillian-rpc-server", "trillian-tree-id-file"],
            OptionCatalog.All.Where(option => option.Ignored).Select(option => option.Name));

    [Fact]
    public void No_two_options_have_the_same_name() =>
        Assert.Equal(OptionCatalog.All.Count(), OptionCatalog.All.Select(option => option.Name).Distinct().Count());

    private static Verb VerbOf(string program) => program switch
    {
        ProgramName.Primary => new PrimaryVerb(),
        ProgramName.Secondary => new SecondaryVerb(),
        ProgramName.Mktree => new MktreeVerb(),
        _ => throw new UnreachableException(),
    };
}
