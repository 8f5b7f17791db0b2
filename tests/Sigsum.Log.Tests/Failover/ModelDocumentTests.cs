using System.Text.RegularExpressions;
using Sigsum.Testing;

namespace Sigsum.Log.Tests.Failover;

/// <summary>docs/design/model.md says which code the model stands for, and which guards it takes out: all of them must exist.</summary>
public sealed partial class ModelDocumentTests
{
    private static readonly string Document = File.ReadAllText(Repository.PathOf("docs", "design", "model.md"));

    [Fact]
    public void Every_file_that_the_model_stands_for_exists_and_has_the_members_that_are_named()
    {
        var files = CodeFile().Matches(Document);
        Assert.NotEmpty(files);
        foreach (Match file in files)
        {
            var path = Repository.PathOf(file.Groups[1].Value.Split('/'));
            Assert.True(File.Exists(path), $"docs/design/model.md names {file.Groups[1].Value}, which does not exist");
            var source = File.ReadAllText(path);
            foreach (var member in file.Groups[2].Captures.Select(capture => capture.Value))
                Assert.True(Regex.IsMatch(source, $@"\b{member}\b"), $"{path} has no {member}, which docs/design/model.md names");
        }
    }

    [Fact]
    public void Every_part_of_the_model_that_is_named_exists()
    {
        var parts = ModelPart().Matches(Document);
        Assert.NotEmpty(parts);
        foreach (Match part in parts)
        {
            var path = Repository.PathOf("models", "PSrc", part.Groups[1].Value);
            Assert.True(File.Exists(path), $"docs/design/model.md names {part.Groups[1].Value}, which does not exist");
            foreach (var name in part.Groups[2].Captures.Select(capture => capture.Value))
                Assert.Matches($@"\b(type|fun|state) {name}\b", File.ReadAllText(path));
        }
    }

    [Fact]
    public void The_table_of_guards_lists_those_of_the_model_and_no_other()
    {
        var guards = Guard().Matches(File.ReadAllText(Repository.PathOf("models", "PSrc", "Guards.p")));
        Assert.Equal(
            guards.Select(match => match.Groups[1].Value),
            GuardRow().Matches(Document).Select(match => match.Groups[1].Value));
    }

    /// <summary>A path of the code, and the members that follow it in code quotes.</summary>
    [GeneratedRegex(@"`(src/[\w./]+)`(?: `(\w+)`)*")]
    private static partial Regex CodeFile();

    /// <summary>In the first column: a file of the model, and the names that follow it.</summary>
    [GeneratedRegex(@"`(\w+\.p)`(?:,? `(\w+)`)*")]
    private static partial Regex ModelPart();

    [GeneratedRegex(@"^  ([A-Z_]+) = \d+", RegexOptions.Multiline)]
    private static partial Regex Guard();

    [GeneratedRegex(@"^\| \d+ \| `([A-Z_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex GuardRow();
}
