using Sigsum.Log.Peers.Tests.Instance;
using Sigsum.Testing;

namespace Sigsum.Log.Peers.Tests.Behaviour;

/// <summary>
/// The table of docs/interop.md, row by row: the same request to log-go and to ours, and the two answers side by side.
/// </summary>
public sealed class HttpBehaviourTests(BehaviourLogs logs) : IClassFixture<BehaviourLogs>
{
    public static TheoryData<string> Rows { get; } = [.. BehaviourRows.All.Select(row => row.Name)];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Answers_as_log_go_does(string name)
    {
        await PeerPrograms.RequireAsync(Cancellation);
        BehaviourRow row = BehaviourRows.All.Single(row => row.Name == name);

        BehaviourAnswer theirs = await logs.AskAsync(ServerKind.LogGo, row, Cancellation);
        BehaviourAnswer ours = await logs.AskAsync(ServerKind.Ours, row, Cancellation);

        Assert.Equal(row.Status, theirs.Status);
        Assert.Equal(row.OurStatus ?? row.Status, ours.Status);
        if (ours.Status >= 400 && row.Method != "HEAD")
            AssertIsShortText(ours);
        if (row.OurStatus is not null)
            return;
        Assert.Equal(theirs.Allow, ours.Allow);
        Assert.Equal(theirs.Location, ours.Location);
        if (ours.Status >= 300)
            return;

        Assert.Equal(theirs.MediaType, ours.MediaType);
        if (row.Sameness == Sameness.Shape)
            Assert.Equal(theirs.Shape, ours.Shape);
        if (row.Sameness == Sameness.Body)
            Assert.Equal(theirs.Body, ours.Body);
    }

    [Fact]
    public void Every_row_has_a_name_of_its_own() =>
        Assert.Equal(BehaviourRows.All.Count, BehaviourRows.All.Select(row => row.Name).Distinct().Count());

    /// <summary>A line for people: no stack, no path, no markup.</summary>
    private static void AssertIsShortText(BehaviourAnswer answer)
    {
        Assert.Equal("text/plain", answer.MediaType);
        string line = Assert.Single(answer.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.InRange(line.Length, 3, 200);
        Assert.DoesNotContain("   at ", line, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", line, StringComparison.Ordinal);
        Assert.DoesNotContain("<html", line, StringComparison.OrdinalIgnoreCase);
    }
}
