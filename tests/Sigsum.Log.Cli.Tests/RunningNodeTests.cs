using Sigsum.Crypto;
using Sigsum.Keys;
using Sigsum.Testing;

namespace Sigsum.Log.Cli.Tests;

/// <summary>The programs as an init system sees them: started, running, told to stop.</summary>
public sealed class RunningNodeTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TempDirectory _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sigsum-log-primary", UnixSignal.Terminate)]
    [InlineData("sigsum-log-primary", UnixSignal.Interrupt)]
    [InlineData("sigsum-log-secondary", UnixSignal.Terminate)]
    public async Task Ends_with_0_when_told_to_stop(string program, UnixSignal signal)
    {
        await using var node = Start(program);
        var line = await node.WaitForLineAsync("on http://127.0.0.1:", Patience, Cancellation);
        Assert.Contains("level=info", line, StringComparison.Ordinal);
        node.Signal(signal);
        Assert.Equal(0, await node.WaitForExitAsync(Patience, Cancellation));
    }

    [Fact]
    public async Task Says_in_one_line_that_Trillian_options_are_ignored()
    {
        await using var node = Start(
            "sigsum-log-primary", "--trillian-rpc-server=localhost:6962", "--trillian-tree-id-file=/x");
        await node.WaitForLineAsync("on http://127.0.0.1:", Patience, Cancellation);
        Assert.Equal(
            ["warning: ignoring trillian-rpc-server and trillian-tree-id-file: there is no Trillian server, remove it"],
            node.Output.ToString()!.Split('\n').Where(line => line.Contains("rillian", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task SIGHUP_reads_the_policy_again_and_a_bad_one_changes_nothing()
    {
        var policy = _folder.Write("policy", "quorum none\n");
        await using var node = Start("sigsum-log-primary", $"--policy-file={policy}");
        await node.WaitForLineAsync("on http://127.0.0.1:", Patience, Cancellation);
        await File.WriteAllTextAsync(policy, "quorum nobody\n", Cancellation);
        node.Signal(UnixSignal.Hangup);
        await node.WaitForLineAsync("the policy stays as it was", Patience, Cancellation);
        await File.WriteAllTextAsync(policy, "quorum none\n", Cancellation);
        node.Signal(UnixSignal.Hangup);
        await node.WaitForLineAsync("policy read again", Patience, Cancellation);
        node.Signal(UnixSignal.Terminate);
        Assert.Equal(0, await node.WaitForExitAsync(Patience, Cancellation));
    }

    [Fact]
    public async Task SIGHUP_while_it_starts_is_heard_once_it_is_up()
    {
        var policy = _folder.Write("policy", "quorum none\n");
        await using var node = Start("sigsum-log-primary", $"--policy-file={policy}");
        await node.WaitForLineAsync("event=Starting", Patience, Cancellation);
        node.Signal(UnixSignal.Hangup);
        await node.WaitForLineAsync("policy read again", Patience, Cancellation);
        node.Signal(UnixSignal.Terminate);
        Assert.Equal(0, await node.WaitForExitAsync(Patience, Cancellation));
    }

    private ProgramProcess Start(string program, params string[] more)
    {
        using var signer = Ed25519Signer.Generate();
        var key = _folder.Write("key", OpenSshKey.FormatPrivate(signer));
        var sth = _folder.PathOf("sth");
        File.WriteAllText(sth + ".startup", "startup=empty");
        string[] role = program == "sigsum-log-primary"
            ? ["--no-secondary", $"--sth-file={sth}"]
            : ["--primary-url=http://127.0.0.1:1/"]; // Nobody is there; the secondary keeps asking.
        string[] arguments =
        [
            $"--key-file={key}", "--backend=ephemeral", "--external-endpoint=127.0.0.1:0",
            "--internal-endpoint=127.0.0.1:0", .. role, .. more,
        ];
        return ProgramProcess.Start(
            Path.Combine(AppContext.BaseDirectory, program), arguments,
            new Dictionary<string, string?> { ["SIGSUM_LOGSERVER_CONFIG"] = "" });
    }
}
