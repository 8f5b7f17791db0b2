using Sigsum.Log.Cli.Options;

namespace Sigsum.Log.Cli.Tests.Options;

/// <summary>
/// The cases were tried with Debian's sigsum-mktree; where ours is stricter, the name of the test says so.
/// </summary>
public sealed class CommandLineTests
{
    private static readonly OptionSpec[] Specs =
    [
        new("file", OptionKind.Text, FileTable.None, "file", ""),
        new("many", OptionKind.Texts, FileTable.None, "x", ""),
        new("flag", OptionKind.Flag, FileTable.None, "", ""),
    ];

    [Theory]
    [InlineData("x", "--file=x")]
    [InlineData("x", "--file", "x")]
    [InlineData("", "--file=")]
    [InlineData("", "--file", "")]
    [InlineData("a=b", "--file=a=b")]
    [InlineData("-", "--file", "-")]
    [InlineData("--flag", "--file", "--flag")]
    [InlineData("--help", "--file", "--help")]
    [InlineData("@x", "--file", "@x")]
    [InlineData("b", "--file", "a", "--file=b")]
    public void A_value_is_what_stands_after_the_name(string expected, params string[] arguments)
    {
        var line = CommandLine.Read(arguments, Specs);
        Assert.Equal(expected, line.Values.Last("file")!.Value.Text);
        Assert.Null(line.Values.Last("flag"));
        Assert.False(line.Help);
        Assert.Empty(line.Values.Problems);
    }

    [Fact]
    public void A_repeated_option_keeps_all_values_in_order()
    {
        var line = CommandLine.Read(["--many", "a", "--many=b", "--many", "a"], Specs);
        Assert.Equal(["a", "b", "a"], line.Values.All("many").Select(value => value.Text));
    }

    [Theory]
    [InlineData("true", "--flag")]
    [InlineData("true", "--flag=true")]
    [InlineData("false", "--flag=false")]
    [InlineData("true", "--flag", "--file", "x")]
    [InlineData("false", "--flag", "--flag=false")]
    public void A_flag_never_takes_the_next_argument(string expected, params string[] arguments)
    {
        var line = CommandLine.Read(arguments, Specs);
        Assert.Equal(expected, line.Values.Last("flag")!.Value.Text);
        Assert.Empty(line.Values.Problems);
    }

    [Theory]
    [InlineData("-?")]
    [InlineData("--help")]
    [InlineData("--flag", "--help", "--nonsense")]
    public void Help_is_found_anywhere(params string[] arguments) =>
        Assert.True(CommandLine.Read(arguments, Specs).Help);

    [Theory]
    [InlineData("--file: needs a value; write --file=FILE", "--file")]
    [InlineData("--fil: is not an option of this program; write one of those that --help lists", "--fil=x")]
    [InlineData("'--=x' belongs to no option; options begin with two dashes", "--=x")]
    [InlineData("'--' belongs to no option; options begin with two dashes", "--")]
    [InlineData("--help: 'no' is neither true nor false", "--help=no")]
    [InlineData("'-file=x' belongs to no option; options begin with two dashes", "-file=x")]
    [InlineData("'' belongs to no option; options begin with two dashes", "")]
    public void What_cannot_be_read_is_named(string problem, string argument) =>
        Assert.Equal(problem, Assert.Single(CommandLine.Read([argument], Specs).Values.Problems).ToString());

    [Fact]
    public void Stricter_than_log_go_all_problems_are_found_and_stray_arguments_are_problems() =>
        Assert.Equal(4, CommandLine.Read(["a", "--x", "--flag", "b", "--file"], Specs).Values.Problems.Count);
}
