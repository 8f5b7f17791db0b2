using Sigsum.Testing;

namespace Sigsum.Log.Cli.Tests;

/// <summary>docs/operating/failover.md: its commands do what the page says, one after the other, with real nodes.</summary>
public sealed class FailoverManualTests
{
    /// <summary>
    /// What a host has and a folder has not: a service manager, a client, and somebody who waits. A unit sigsum-log@NAME runs
    /// <c>sigsum-log node --config=NAME.toml</c>.
    /// </summary>
    private const string Host = """
        set -euo pipefail
        trap 'kill -9 $(cat *.pid 2>/dev/null) 2>/dev/null || true' EXIT
        listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
        systemctl() {
          name=${2#sigsum-log@}
          case $1 in
            start)
              sigsum-log node --config="$name.toml" --interval=1s >>"$name.log" 2>&1 &
              echo $! >"$name.pid"
              port=$(sed -n 's/^external-endpoint = ".*:\([0-9]*\)"/\1/p' "$name.toml")
              for _ in $(seq 600); do listens "$port" && return; sleep 0.1; done
              cat "$name.log"; return 1 ;;
            stop) kill -TERM "$(cat "$name.pid")"; tail --pid="$(cat "$name.pid")" -f /dev/null; rm "$name.pid" ;;
            kill) kill -9 "$(cat "$name.pid")"; tail --pid="$(cat "$name.pid")" -f /dev/null; rm "$name.pid" ;;
          esac
        }
        wait_for() {
          for _ in $(seq 600); do
            if "${@:2}" 2>/dev/null | grep -q "$1"; then return; fi
            sleep 0.1
          done
          "${@:2}"; tail -5 *.log; return 1
        }
        submit() {
          # The log's public name is that of whichever node is primary.
          for name in a b; do
            if sigsum-log status --config="$name.toml" | grep -q '^node: primary'; then
              address=$(sed -n 's/^external-endpoint = "\(.*\)"/\1/p' "$name.toml")
              printf 'log %s http://%s\nquorum none\n' "$(sigsum-key to-hex -k log.key.pub)" "$address" >clients.policy
            fi
          done
          echo "$1" >"$1"
          sigsum-submit -k submitter.key -p clients.policy --timeout=240s -o "$1.proof" "$1"
        }
        sigsum-key generate -o log.key
        sigsum-key generate -o a.key
        sigsum-key generate -o b.key
        sigsum-key generate -o submitter.key
        echo 'quorum none' >policy
        """;

    [Fact]
    public async Task Every_command_of_the_page_runs()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var programs = await PeerPrograms.RequireAsync(cancellation);
        using var folder = new TempDirectory();
        FreePort[] ports = [.. Enumerable.Range(0, 4).Select(_ => FreePort.Reserve())];
        try
        {
            var page = await File.ReadAllTextAsync(Repository.PathOf("docs", "operating", "failover.md"), cancellation);
            var blocks = page.Split("\n```").Where((_, i) => i % 2 == 1).Where(block => block.StartsWith('\n')).ToList();
            Assert.Equal(14, blocks.Count);
            var script = (Host + "\n" + string.Concat(blocks.Select((block, i) => $"\necho \"== block {i}\"{block}\n")))
                .Replace("a.example:6965", ports[0].Endpoint, StringComparison.Ordinal)
                .Replace("a.example:6967", ports[1].Endpoint, StringComparison.Ordinal)
                .Replace("b.example:6967", ports[3].Endpoint, StringComparison.Ordinal)
                .Replace("b.example:6965", ports[2].Endpoint, StringComparison.Ordinal);
            var file = folder.Write("run", WithAddresses(script, ports));
            string[] path =
            [
                AppContext.BaseDirectory, Path.GetDirectoryName(programs["sigsum-submit"])!,
                Environment.GetEnvironmentVariable("PATH") ?? "",
            ];
            var environment = new Dictionary<string, string?>
            {
                ["PATH"] = string.Join(':', path),
                ["SIGSUM_LOGSERVER_CONFIG"] = null,
            };
            var result = (await ProgramProcess.RunAsync(
                "bash", [file], cancellation, environment: environment, workingDirectory: folder.FullName,
                timeout: TimeSpan.FromMinutes(10))).Succeeded();

            foreach (var line in ExpectedLines(page))
                Assert.Contains(line, result.Output, StringComparison.Ordinal);
            Assert.Equal(2, Occurrences(result.Output, "primary now: "));
            Assert.Contains("The drill went as it should.", result.Output, StringComparison.Ordinal);
            Assert.Contains("\nwhole", result.Output, StringComparison.Ordinal);
            Assert.Contains("the tree is FROZEN", result.Output, StringComparison.Ordinal);
            Assert.True(File.Exists(folder.PathOf("after.message.proof")));
        }
        finally
        {
            foreach (var port in ports)
                port.Dispose();
        }
    }

    /// <summary>The page makes one file from the other by exchanging names; with ports on one host there are four.</summary>
    private static string WithAddresses(string script, FreePort[] ports)
    {
        const string exchange = "s/a\\.example/X.example/; s/b\\.example/a.example/; s/X\\.example/b.example/";
        Assert.Contains(exchange, script, StringComparison.Ordinal);
        var (a, b) = (ports[..2], ports[2..]);
        return script.Replace(exchange, string.Concat(
            $"s/{a[0].Endpoint}/{b[0].Endpoint}/; s/{b[1].Endpoint}/X/; s/{a[1].Endpoint}/{b[1].Endpoint}/; s/X/{a[1].Endpoint}/"),
            StringComparison.Ordinal);
    }

    private static IEnumerable<string> ExpectedLines(string page)
    {
        var shown = page.Split("\n```").Single(block => block.StartsWith("text\n", StringComparison.Ordinal));
        return shown.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1);
    }

    private static int Occurrences(string text, string of) => text.Split(of).Length - 1;
}
