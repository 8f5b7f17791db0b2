using System.Text.RegularExpressions;
using Sigsum.Testing;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>docs/design/hazards.md must not speak of more or fewer hazards than are tried.</summary>
public sealed partial class DocumentTests
{
    [Fact]
    public void Every_hazard_of_the_table_has_its_tests_and_every_test_its_row()
    {
        string document = File.ReadAllText(Repository.PathOf("docs", "design", "hazards.md"));
        string[] rows = [.. Row().Matches(document).Select(match => match.Groups[1].Value).Distinct()];
        string[] classes =
        [
            .. typeof(HazardTest).Assembly.GetTypes()
                .Where(type => type.IsSubclassOf(typeof(HazardTest)) && !type.IsAbstract && type != typeof(HarnessTests))
                .Select(type => type.Name),
        ];
        Assert.Equal(classes.Order(StringComparer.Ordinal), rows.Select(ClassOf).Order(StringComparer.Ordinal));
    }

    /// <summary>primary-killed-under-load: PrimaryKilledUnderLoadTests.</summary>
    private static string ClassOf(string hazard) =>
        string.Concat(hazard.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..])) + "Tests";

    [GeneratedRegex(@"^\| ((?!hazard )[a-z]+(?:-[a-z]+)*) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
