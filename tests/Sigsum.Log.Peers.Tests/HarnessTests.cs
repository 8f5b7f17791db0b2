using System.Net;
using System.Net.Sockets;
using Sigsum.Testing;

namespace Sigsum.Log.Peers.Tests;

/// <summary>What the other tests stand on.</summary>
public sealed class HarnessTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sigsum-key")]
    [InlineData("sigsum-submit")]
    [InlineData("sigsum-verify")]
    [InlineData("sigsum-monitor")]
    [InlineData("sigsum-token")]
    [InlineData("sigsum-witness")]
    [InlineData("sigsum-log-primary")]
    [InlineData("sigsum-log-secondary")]
    [InlineData("sigsum-mktree")]
    [InlineData("litewitness")]
    [InlineData("witnessctl")]
    [InlineData("ssh-agent")]
    public async Task Debians_programs_are_there(string program) =>
        Assert.True(File.Exists((await PeerPrograms.RequireAsync(Cancellation))[program]));

    [Fact]
    public void The_program_under_test_is_built_with_the_tests() => Assert.True(File.Exists(SigsumLog.Executable));

    [Fact]
    public void A_reserved_port_is_given_once_and_can_be_bound()
    {
        using FreePort one = FreePort.Reserve();
        using FreePort two = FreePort.Reserve();
        Assert.NotEqual(one.Number, two.Number);
        using TcpListener listener = new(IPAddress.Loopback, one.Number);
        listener.Start();
    }

    [Fact]
    public async Task A_program_can_be_followed_signalled_and_ended()
    {
        string[] script = ["-c", "trap 'echo caught; exit 3' TERM; echo ready; while :; do read -t 1 _ || sleep 0.05; done"];
        await using ProgramProcess program = ProgramProcess.Start("/bin/bash", script);
        TimeSpan limit = TimeSpan.FromSeconds(20);
        await program.WaitForLineAsync("ready", limit, Cancellation);
        program.Signal(UnixSignal.Terminate);
        Assert.Equal(3, await program.WaitForExitAsync(limit, Cancellation));
        await program.WaitForLineAsync("caught", limit, Cancellation);
        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => program.WaitForLineAsync("never", limit, Cancellation));
        Assert.Contains("ready\ncaught", error.Message, StringComparison.Ordinal);
    }
}
