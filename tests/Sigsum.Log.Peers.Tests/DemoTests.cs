using Sigsum.Testing;

namespace Sigsum.Log.Peers.Tests;

/// <summary>What the demo tells a newcomer to try works as printed.</summary>
public sealed class DemoTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_commands_that_the_demo_suggests_work_and_Ctrl_C_stops_it()
    {
        PeerPrograms peers = await PeerPrograms.RequireAsync(Cancellation);
        using TempDirectory folder = new();
        string file = folder.Write("file", "something to log\n");
        await using ProgramProcess demo = ProgramProcess.Start(
            SigsumLog.Executable, ["demo", "--dir", folder.PathOf("demo")]);
        await demo.WaitForLineAsync("Ctrl-C stops everything", Patience, Cancellation);

        string tools = Path.GetDirectoryName(peers["sigsum-submit"])!;
        Dictionary<string, string?> environment = new() { ["PATH"] = $"{tools}:{Environment.GetEnvironmentVariable("PATH")}" };
        string[] suggested = [.. demo.Output.Lines
            .SkipWhile(line => line != "Try next:").Skip(1).TakeWhile(line => line.Length > 0).Select(line => line.Trim())];
        Assert.Equal(6, suggested.Length);
        foreach (string command in suggested)
        {
            if (command.StartsWith("sigsum-monitor", StringComparison.Ordinal))
            {
                await using ProgramProcess monitor = ProgramProcess.Start(
                    "/bin/sh", ["-c", "exec " + command], environment);
                await monitor.WaitForLineAsync("index 0 keyhash", Patience, Cancellation);
                continue;
            }

            string line = command.Replace("SOME-FILE", file, StringComparison.Ordinal)
                .Replace("curl ", "curl --fail --silent --show-error ", StringComparison.Ordinal);
            (await ProgramProcess.RunAsync("/bin/sh", ["-c", line], Cancellation, environment: environment)).Succeeded();
        }

        Assert.True(File.Exists(file + ".proof"));
        demo.Signal(UnixSignal.Interrupt);
        Assert.Equal(0, await demo.WaitForExitAsync(Patience, Cancellation));
    }
}
