using Sigsum.Testing;

namespace Sigsum.Log.Cli.Tests;

/// <summary>docs/operating/keys.md: its commands do what the page says, one after the other in one folder.</summary>
public sealed class KeyManualTests
{
    private const string InstalledModule = "/usr/lib/softhsm/libsofthsm2.so";

    [Fact]
    public async Task Every_command_of_the_page_runs()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var programs = await PeerPrograms.RequireAsync(cancellation);
        using var hsm = await SoftHsm.RequireAsync(cancellation);
        using var folder = new TempDirectory();
        var page = await File.ReadAllTextAsync(Repository.PathOf("docs", "operating", "keys.md"), cancellation);
        var blocks = page.Split("\n```").Where((_, i) => i % 2 == 1).Where(block => block.StartsWith('\n')).ToList();
        Assert.Equal(6, blocks.Count);
        var script = string.Concat(blocks).Replace(InstalledModule, hsm.Module, StringComparison.Ordinal);
        Assert.Contains(hsm.Module, script, StringComparison.Ordinal);

        string[] path =
        [
            AppContext.BaseDirectory, hsm.Bin, Path.GetDirectoryName(programs["ssh-agent"])!,
            Path.GetDirectoryName(programs["ssh-keygen"])!, Environment.GetEnvironmentVariable("PATH") ?? "",
        ];
        var environment = new Dictionary<string, string?>(hsm.Environment)
        {
            ["PATH"] = string.Join(':', path),
            ["SIGSUM_LOGSERVER_CONFIG"] = "",
            ["SSH_AUTH_SOCK"] = null,
            ["SSH_AGENT_PID"] = null,
        };
        var file = folder.Write("run", $$"""
            set -eu
            trap '[ -z "${SSH_AGENT_PID:-}" ] || kill "$SSH_AGENT_PID" 2>/dev/null || true' EXIT
            {{script}}
            """);
        var result = (await ProgramProcess.RunAsync(
            "bash", [file], cancellation, environment: environment, workingDirectory: folder.FullName)).Succeeded();

        Assert.Equal(3, result.Output.Split("it is the public key in log.key.pub\n").Length - 1);
        Assert.Contains("the key is in an ssh-agent and signs", result.Output, StringComparison.Ordinal);
        Assert.Contains("would write restored.key", result.Output, StringComparison.Ordinal);
        Assert.Contains("wrote restored.key", result.Output, StringComparison.Ordinal);
        Assert.StartsWith("ssh-ed25519 ", await File.ReadAllTextAsync(folder.PathOf("token.key.pub"), cancellation),
            StringComparison.Ordinal);
    }
}
