using Sigsum.Testing;

namespace Sigsum.Log.Tests.Admission;

/// <summary>A server need not have libicu: domains mean the same there.</summary>
public sealed class WithoutLibicuTests
{
    private const string Variable = "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT";

    [Theory]
    [InlineData(nameof(DomainNameTests))]
    [InlineData(nameof(PublicSuffixListTests))]
    public async Task The_same_tests_pass_without_libicu(string testClass)
    {
        string program = Path.ChangeExtension(typeof(WithoutLibicuTests).Assembly.Location, null);
        var result = await ProgramProcess.RunAsync(
            program,
            ["--filter-class", $"{typeof(WithoutLibicuTests).Namespace}.{testClass}"],
            TestContext.Current.CancellationToken,
            environment: new Dictionary<string, string?> { [Variable] = "1" });
        result.Succeeded();
        Assert.DoesNotContain("total: 0", result.Output, StringComparison.Ordinal);
    }
}
