using System.Text.RegularExpressions;
using Sigsum.Log.Peers.Tests.Behaviour;
using Sigsum.Testing;

namespace Sigsum.Log.Peers.Tests;

/// <summary>docs/interop.md says what is matched against log-go; it must not say more or less than the tests.</summary>
public sealed partial class DocumentTests
{
    private static readonly string Document = File.ReadAllText(Repository.PathOf("docs", "interop.md"));

    [Fact]
    public void Every_row_of_the_behaviour_table_is_in_the_document_and_no_other()
    {
        string[] expected = [.. BehaviourRows.All.Select(row => row.DocumentLine)];
        string[] actual = [.. Document.Split('\n').Where(line => BehaviourLine().IsMatch(line))];
        Assert.Equal(string.Join('\n', expected), string.Join('\n', actual));
    }

    [Fact]
    public void Every_test_that_the_document_names_exists()
    {
        string sources = string.Concat(
            Directory.EnumerateFiles(Repository.PathOf("tests"), "*.cs", SearchOption.AllDirectories)
                .Where(path => !path.Contains("/obj/", StringComparison.Ordinal))
                .Select(File.ReadAllText));
        string[] names = [.. TestName().Matches(Document).Select(match => match.Groups[1].Value).Distinct()];
        Assert.NotEmpty(names);
        foreach (string name in names)
        {
            string[] parts = name.Split('.');
            Assert.Contains("class " + parts[0], sources, StringComparison.Ordinal);
            if (parts.Length > 1)
                Assert.Matches($@"\b{parts[1]}\(", sources);
        }
    }

    [GeneratedRegex(@"^\| .* \| (clients|nodes|secondary, clients|secondary, nodes) \| `[A-Z]+ /")]
    private static partial Regex BehaviourLine();

    /// <summary><c>SomeTests</c> or <c>SomeTests.Some_test</c> in code quotes.</summary>
    [GeneratedRegex(@"`(\w+Tests(?:\.\w+)?)`")]
    private static partial Regex TestName();
}
