namespace Sigsum.Log.Hazards.Tests.Load;

/// <summary>The criterion sees a small leak under the noise of a busy machine, and takes no noise for one.</summary>
public sealed class FlatnessTests
{
    private const int Samples = 100;

    [Theory]
    [InlineData(0, 0, 0, 0, "")]
    [InlineData(2000, 0, 0, 0, "resident memory")]
    [InlineData(0, 150, 0, 0, "managed memory")]
    [InlineData(0, 0, 1, 0, "open files")]
    [InlineData(0, 0, 0, 1, "threads")]
    public void A_leak_is_told_from_noise(long resident, long heap, long files, long threads, string grown)
    {
        Random random = new(4711);
        ProcessUse[] samples = [.. Enumerable.Range(0, Samples).Select(i => new ProcessUse(
            // Up to its level at first; then a sawtooth, and threads and sockets that come and go.
            150_000 + Math.Min(i * 1000, 30_000) + random.Next(20_000) + (i * resident),
            3_000 + random.Next(30_000) + (i * heap),
            200 + random.Next(15) + (i * files),
            22 + random.Next(9) + (i * threads)))];
        string[] growth = [.. Flatness.Growth("node", samples)];
        if (grown.Length == 0)
            Assert.Empty(growth);
        else
            Assert.Contains(grown, Assert.Single(growth), StringComparison.Ordinal);
    }
}
