using System.Text.Json;

namespace Sigsum.Log.Cli.Tests.Commands;

/// <summary>The commands of failover on nodes that run, are stopped and are killed: what they print for scripts, what they
/// refuse, and that a rehearsal changes no byte.</summary>
public sealed class FailoverJsonTests : IAsyncLifetime
{
    private readonly HashSet<string> _seen = [];
    private NodePair _pair = null!;

    public async ValueTask InitializeAsync()
    {
        _pair = await NodePair.CreateAsync();
        await CommandRun.JsonAsync("init", "--role=primary", _pair.Config("a"));
        await CommandRun.JsonAsync("init", "--role=secondary", _pair.Config("b"));
        await _pair.StartAsync("b");
        await _pair.StartAsync("a");
        await _pair.CommitAsync("a", 1);
        await _pair.ReadyAsync("a");
    }

    public ValueTask DisposeAsync() => _pair.DisposeAsync();

    [Fact]
    public async Task Roles_are_exchanged_and_status_has_every_field_that_the_page_describes()
    {
        var a = Note(await _pair.StatusAsync("a", "a cosigned head", status => status.GetProperty("published_size").GetInt32() == 1
            && status.GetProperty("witnesses")[0].TryGetProperty("size", out _)));
        var b = Note(await _pair.StatusAsync("b", "a checked store", status => status.GetProperty("scrub").TryGetProperty("last_pass", out _)));
        Assert.Equal(("primary", "secondary"), (Text(a, "role"), Text(b, "role")));
        Assert.Equal(Text(b, "node_id"), Text(a.GetProperty("secondaries")[0], "node_id"));
        Assert.Equal(1, a.GetProperty("secondaries")[0].GetProperty("size").GetInt32());
        Assert.Equal("witness", Text(a.GetProperty("witnesses")[0], "name"));
        Assert.Equal(b.GetProperty("root").GetString(), a.GetProperty("root").GetString());
        Assert.Empty(b.GetProperty("scrub").GetProperty("problems").EnumerateArray());
        var byUrl = await CommandRun.JsonAsync("status", $"--url={_pair.InternalUrl("b")}");
        Assert.Equal(Text(b, "node_id"), Text(byUrl, "node_id"));

        Assert.Contains("in use by another process", await CommandRun.RefusalAsync("promote", _pair.Config("b"), "--yes"),
            StringComparison.Ordinal);
        Assert.Contains("run this where the primary is", await CommandRun.RefusalAsync("switchover", _pair.Config("b"), "--yes"),
            StringComparison.Ordinal);
        Assert.Contains("write --yes", await CommandRun.RefusalAsync("switchover", _pair.Config("a")), StringComparison.Ordinal);
        Assert.Contains("there is no secondary", await CommandRun.RefusalAsync(
            "switchover", _pair.Config("a"), $"--to={Guid.Empty}", "--dry-run"), StringComparison.Ordinal);
        await FreezeAsync();

        string[] exchange = [_pair.Config("a"), "--yes", $"--to={Text(b, "node_id")}"];
        var rehearsed = await CommandRun.JsonAsync("switchover", [.. exchange, "--dry-run"]);
        Assert.False(rehearsed.GetProperty("changed").GetBoolean());
        Assert.Equal((0, Text(a, "node_id")), (rehearsed.GetProperty("epoch").GetInt32(), Text(rehearsed, "primary")));
        Assert.Equal("primary", Text(await _pair.StatusAsync("a"), "role"));
        var exchanged = await CommandRun.JsonAsync("switchover", exchange);
        Assert.True(exchanged.GetProperty("changed").GetBoolean());
        Assert.Equal((1, Text(b, "node_id")), (exchanged.GetProperty("epoch").GetInt32(), Text(exchanged, "primary")));
        Assert.Equal(_pair.InternalUrl("b").ToString(), Text(exchanged, "primary_url"));
        Assert.InRange(exchanged.GetProperty("pause_ms").GetInt64(), 0, 60_000);
        Note(await _pair.ReadyAsync("b"));

        Assert.Superset(JsonManual.Optional("status").ToHashSet(), _seen);
    }

    [Fact]
    public async Task A_secondary_is_promoted_the_old_primary_rejoins_and_a_new_node_is_built()
    {
        await _pair.StopAsync("b");
        Assert.Contains("answers", await CommandRun.RefusalAsync("promote", _pair.Config("b"), "--yes"), StringComparison.Ordinal);
        await _pair.KillAsync("a");
        await UnchangedAsync("b", "promote");
        Assert.Contains("write --yes", await CommandRun.RefusalAsync("promote", _pair.Config("b")), StringComparison.Ordinal);
        var promoted = await CommandRun.JsonAsync("promote", _pair.Config("b"), "--yes");
        Assert.True(promoted.GetProperty("changed").GetBoolean());
        Assert.NotEmpty(promoted.GetProperty("left_to_do").EnumerateArray());
        Assert.False((await CommandRun.JsonAsync("promote", _pair.Config("b"), "--yes")).GetProperty("changed").GetBoolean());
        var stopped = await _pair.StatusAsync("b");
        Assert.Equal((false, 1), (stopped.GetProperty("running").GetBoolean(), stopped.GetProperty("epoch").GetInt32()));

        await _pair.StartAsync("b");
        var old = $"--primary-url={_pair.InternalUrl("b")}";
        foreach (var command in new[] { "rejoin", "demote" })
            await UnchangedAsync("a", command, old);
        Assert.True((await CommandRun.JsonAsync("rejoin", _pair.Config("a"), old, "--yes")).GetProperty("changed").GetBoolean());
        Assert.False((await CommandRun.JsonAsync("demote", _pair.Config("a"), old, "--yes")).GetProperty("changed").GetBoolean());
        Assert.Contains("cannot be asked", await CommandRun.RefusalAsync(
            "rejoin", _pair.Config("a"), $"--primary-url={_pair.InternalUrl("a")}", "--yes"), StringComparison.Ordinal);

        string[] build =
        [
            $"--data-dir={_pair.PathOf("c")}", $"--log-key-file={_pair.PathOf("log.key.pub")}", $"--from={_pair.InternalUrl("b")}",
        ];
        await CommandRun.JsonAsync("recover", [.. build, "--dry-run"]);
        Assert.Empty(_pair.Content("c"));
        Assert.Contains("write --yes", await CommandRun.RefusalAsync("recover", build), StringComparison.Ordinal);
        Assert.True((await CommandRun.JsonAsync("recover", [.. build, "--yes"])).GetProperty("changed").GetBoolean());
        var before = _pair.Content("c");
        await CommandRun.JsonAsync("recover", [.. build, "--dry-run"]);
        Assert.Equal(before, _pair.Content("c"));
        Assert.False((await CommandRun.JsonAsync("recover", [.. build, "--yes"])).GetProperty("changed").GetBoolean());
    }

    [Fact]
    public async Task A_primary_from_a_backup_rehearses_its_recovery_and_recovers()
    {
        await _pair.StopAsync("a");
        _pair.BackUp("a");
        await _pair.StartAsync("a");
        await _pair.CommitAsync("a", 2);
        await _pair.StopAsync("a");
        _pair.PutBack("a");

        var from = $"--from={_pair.InternalUrl("b")}";
        await UnchangedAsync("a", "recover", from);
        Assert.Equal(1, (await _pair.StatusAsync("a")).GetProperty("size").GetInt32());
        Assert.True((await CommandRun.JsonAsync("recover", _pair.Config("a"), from, "--yes")).GetProperty("changed").GetBoolean());
        Assert.Equal(2, (await _pair.StatusAsync("a")).GetProperty("size").GetInt32());
        Assert.False((await CommandRun.JsonAsync("recover", _pair.Config("a"), from, "--yes")).GetProperty("changed").GetBoolean());
    }

    private async Task FreezeAsync()
    {
        foreach (var (command, state, other) in new[] { ("tree freeze", "FROZEN", "ACTIVE"), ("tree unfreeze", "ACTIVE", "FROZEN") })
        {
            var rehearsed = await CommandRun.JsonAsync(command, _pair.Config("a"), "--dry-run");
            Assert.True(rehearsed.GetProperty("would_change").GetBoolean());
            Assert.Equal(other, Text(rehearsed, "tree_state"));
            Assert.Equal(other, Text(await _pair.StatusAsync("a"), "tree_state"));
            var changed = await CommandRun.JsonAsync(command, _pair.Config("a"), "--yes");
            Assert.True(changed.GetProperty("changed").GetBoolean());
            Assert.Equal(state, Text(changed, "tree_state"));
            Assert.False((await CommandRun.JsonAsync(command, _pair.Config("a"))).GetProperty("changed").GetBoolean());
        }
    }

    private async Task UnchangedAsync(string node, string command, params string[] options)
    {
        var before = _pair.Content(node);
        var printed = await CommandRun.JsonAsync(command, [_pair.Config(node), .. options, "--dry-run"]);
        Assert.False(printed.GetProperty("changed").GetBoolean());
        Assert.NotEmpty(printed.GetProperty("steps").EnumerateArray());
        Assert.Equal(before, _pair.Content(node));
    }

    private JsonElement Note(JsonElement status)
    {
        _seen.UnionWith(JsonManual.Check("status", status));
        return status;
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
