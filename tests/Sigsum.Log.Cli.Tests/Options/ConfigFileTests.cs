using Sigsum.Log.Cli.Options;
using Sigsum.Testing;

namespace Sigsum.Log.Cli.Tests.Options;

public sealed class ConfigFileTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_option_has_its_key_in_its_table()
    {
        foreach (var option in OptionCatalog.All.Where(option => option.Table != FileTable.None))
        {
            var (value, expected) = option.Kind switch
            {
                OptionKind.Number => ("17", "17"),
                OptionKind.Flag => ("true", "true"),
                _ => ("\"some text\"", "some text"),
            };
            var table = option.Table == FileTable.Root ? "" : $"[{option.Table.ToString().ToLowerInvariant()}]\n";
            var values = Parse($"{table}{option.Name} = {value}\n");
            Assert.Empty(values.Problems);
            Assert.Equal(expected, values.Last(option.Name)!.Value.Text);
        }
    }

    [Theory]
    [InlineData("key-file = \"\\")]
    [InlineData("key-file = \"\\u00")]
    [InlineData("key-file = \"/k\\")]
    public void A_file_that_ends_in_the_middle_of_an_escape_is_a_problem_as_others_are(string text)
    {
        var values = Parse(text);
        Assert.NotEmpty(values.Problems);
        Assert.Null(values.Last("key-file"));
    }

    [Fact]
    public void What_is_nested_without_end_is_a_problem_as_others_are() =>
        Assert.NotEmpty(Parse("key-file = " + new string('[', 100_000)).Problems);

    /// <summary>The keys of log-go's configuration (internal/config/config.go), each where it is there.</summary>
    [Fact]
    public void All_keys_of_log_go_are_known()
    {
        var values = Parse("""
            url-prefix = "p"
            timeout = "10s"
            interval = "10s"
            log-file = ""
            log-level = "info"
            external-endpoint = "localhost:1"
            internal-endpoint = "localhost:2"
            trillian-rpc-server = "localhost:3"
            backend = "ephemeral"
            trillian-tree-id-file = "/x"
            key-file = "/k"
            [primary]
            policy-file = ""
            rate-limit-file = ""
            allow-test-domain = false
            secondary-url = ""
            secondary-pubkey-file = ""
            sth-file = "/s"
            max-range = 10
            [secondary]
            primary-url = ""
            """);
        Assert.Empty(values.Problems);
        Assert.Equal("10", values.Last("max-range")!.Value.Text);
    }

    [Theory]
    [InlineData("primary = { sth-file = \"x\" }")]
    [InlineData("primary.sth-file = \"x\"")]
    [InlineData("[primary]\n\"sth-file\" = 'x'")]
    public void Every_spelling_of_a_table_is_read(string text)
    {
        var values = Parse(text);
        Assert.Empty(values.Problems);
        Assert.Equal("x", values.Last("sth-file")!.Value.Text);
    }

    [Theory]
    [InlineData("secondary-url = \"a\"", "a")]
    [InlineData("secondary-url = [\"a\", \"b\"]", "a,b")]
    [InlineData("secondary-url = []", "")]
    public void A_repeatable_option_is_a_string_or_an_array(string text, string expected)
    {
        var values = Parse("[primary]\n" + text);
        Assert.Empty(values.Problems);
        Assert.Equal(expected, string.Join(',', values.All("secondary-url").Select(value => value.Text)));
    }

    [Theory]
    [InlineData("nonsense = 1", "unknown key 'nonsense' before the first table (c.toml, line 1)")]
    [InlineData("\n\n[primary]\nnonsense = 1", "unknown key 'nonsense' in [primary] (c.toml, line 4)")]
    [InlineData("sth-file = \"x\"",
        "unknown key 'sth-file' before the first table; write it as sth-file in [primary] (c.toml, line 1)")]
    [InlineData("[primary]\ntimeout = \"1s\"",
        "unknown key 'timeout' in [primary]; write it as timeout before the first table (c.toml, line 2)")]
    [InlineData("Timeout = \"1s\"",
        "unknown key 'Timeout' before the first table; write it as timeout before the first table (c.toml, line 1)")]
    [InlineData("config = \"x\"", "unknown key 'config' before the first table (c.toml, line 1)")]
    [InlineData("[tertiary]\nx = 1",
        "[tertiary] is not a table of this file; there are [primary] and [secondary] (c.toml, line 1)")]
    [InlineData("[[primary]]\nsth-file = \"x\"",
        "[primary] is not a table of this file; there are [primary] and [secondary] (c.toml, line 1)")]
    [InlineData("timeout = 10", "--timeout: write timeout = a string in quotes, such as \"10s\" (c.toml, line 1)")]
    [InlineData("[primary]\nmax-range = \"10\"",
        "--max-range: write max-range = a whole number, without quotes (c.toml, line 2)")]
    [InlineData("[primary]\nallow-test-domain = \"true\"",
        "--allow-test-domain: write allow-test-domain = true or false, without quotes (c.toml, line 2)")]
    [InlineData("[primary]\nsecondary-url = [1]",
        "--secondary-url: write secondary-url = \"URL\", or an array of such strings (c.toml, line 2)")]
    [InlineData("[primary]\nsth-file = [\"x\"]",
        "--sth-file: write sth-file = a string in quotes, such as \"/var/lib/sigsum-log/sth\" (c.toml, line 2)")]
    public void What_is_wrong_is_named_with_its_line(string text, string problem) =>
        Assert.Equal(problem, Assert.Single(Parse(text).Problems).ToString());

    [Theory]
    [InlineData("timeout = ")]
    [InlineData("timeout = \"x")]
    [InlineData("timeout = \"1s\"\ntimeout = \"2s\"")]
    [InlineData("[primary]\n[primary]\n")]
    [InlineData("key-file = \"a\" backend = \"b\"")]
    public void What_is_not_TOML_is_an_error_with_its_line(string text)
    {
        var problems = Parse(text).Problems;
        Assert.NotEmpty(problems);
        Assert.All(problems, problem => Assert.Contains("(c.toml, line ", problem.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void All_problems_are_found() =>
        Assert.Equal(3, Parse("a = 1\n[primary]\nb = 2\nmax-range = true\n").Problems.Count);

    [Fact]
    public void The_option_wins_over_the_variable_and_that_over_the_default_file()
    {
        var (byOption, byVariable, byDefault) = (Config("o"), Config("v"), Config("d"));
        Assert.Equal("o", Read(byVariable, byDefault, "--config", byOption).Last("key-file")!.Value.Text);
        Assert.Equal("v", Read(byVariable, byDefault).Last("key-file")!.Value.Text);
        Assert.Equal("d", Read(null, byDefault).Last("key-file")!.Value.Text);
        Assert.Null(Read("", byDefault).Last("key-file"));
    }

    [Fact]
    public void Only_a_file_that_was_named_is_missed()
    {
        var missing = _folder.PathOf("missing/x.toml");
        Assert.Empty(Read(null, missing).Problems);
        Assert.Contains(missing, Assert.Single(Read(missing, missing).Problems).Message, StringComparison.Ordinal);
        var problem = Assert.Single(Read(null, missing, "--config", missing).Problems);
        Assert.Contains(missing, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_default_file_that_is_there_must_be_readable()
    {
        Directory.CreateDirectory(_folder.PathOf("config.toml"));
        Assert.NotEmpty(Read(null, _folder.PathOf("config.toml")).Problems);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_an_error()
    {
        File.WriteAllBytes(_folder.PathOf("b"), [0x6b, 0x3d, 0x22, 0xff, 0x22]);
        var problem = Assert.Single(Read(_folder.PathOf("b"), "").Problems);
        Assert.Contains("cannot read", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_line_wins_over_the_file()
    {
        var file = _folder.Write(
            "c", "key-file = \"f\"\n[primary]\nsecondary-url = [\"a\", \"b\"]\nsth-file = \"f\"\n");
        var values = Read(file, "", "--key-file", "k", "--secondary-url=c");
        Assert.Equal("k", values.Last("key-file")!.Value.Text);
        Assert.Equal("c", Assert.Single(values.All("secondary-url")).Text);
        Assert.Equal("f", values.Last("sth-file")!.Value.Text);
    }

    private static OptionValues Parse(string text)
    {
        var values = new OptionValues();
        ConfigFile.Parse(text, "c.toml", values);
        return values;
    }

    private static OptionValues Read(string? variable, string byDefault, params string[] arguments)
    {
        var values = CommandLine.Read(arguments, OptionCatalog.All).Values;
        ConfigFile.ReadInto(values, variable, byDefault);
        return values;
    }

    private string Config(string name) => _folder.Write(name, $"key-file = \"{name}\"\n");
}
