using Sigsum.Log.Hosting;
using Sigsum.Testing;

namespace Sigsum.Log.Tests.Hosting;

public sealed class NodeProgramTests
{
    [Fact]
    public async Task A_start_that_fails_in_an_unforeseen_way_ends_in_the_log_with_an_exit_code()
    {
        using var directory = new TempDirectory();
        var options = new NodeOptions
        {
            KeyFile = "key",
            DataDir = "data",
            LogFile = directory.PathOf("log"),
        };
        var code = await NodeProgram.RunAsync(
            options, (_, _) => throw new IOException("the disk is away"), TestContext.Current.CancellationToken);
        Assert.Equal(1, code);
        Assert.Contains("the disk is away", await File.ReadAllTextAsync(
            directory.PathOf("log"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
