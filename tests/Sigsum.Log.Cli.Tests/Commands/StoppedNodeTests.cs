using Sigsum.Crypto;
using Sigsum.Keys;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Messages;
using Sigsum.Testing;
using Hash = Sigsum.Crypto.Hash;

namespace Sigsum.Log.Cli.Tests.Commands;

/// <summary>Commands on the directory of a stopped node: what they print for scripts, and that a rehearsal changes no byte.</summary>
public sealed class StoppedNodeTests : IDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly Ed25519Signer _key = Ed25519Signer.Generate();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Data => $"--data-dir={_folder.PathOf("data")}";

    private string Sth => $"--sth-file={_folder.PathOf("sth")}";

    private IReadOnlyList<string> Content => FolderContent.Of(_folder.FullName);

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("primary", 2)]
    [InlineData("secondary", 1)]
    public async Task Init_makes_what_it_has_rehearsed(string role, int steps)
    {
        string[] options = [$"--role={role}", Data, Sth];
        var rehearsed = await CommandRun.JsonAsync("init", [.. options, "--dry-run"]);
        Assert.False(rehearsed.GetProperty("changed").GetBoolean());
        Assert.Equal(steps, rehearsed.GetProperty("steps").GetArrayLength());
        Assert.Empty(Content);
        Assert.EndsWith(
            "Nothing was changed (--dry-run).",
            (await CommandRun.RunAsync("init", [.. options, "--dry-run"])).Succeeded().Output.Split("\nLeft to do:")[0],
            StringComparison.Ordinal);

        var made = await CommandRun.JsonAsync("init", [.. options, "--yes"]);
        Assert.True(made.GetProperty("changed").GetBoolean());
        var status = await CommandRun.JsonAsync("status", Data, Sth);
        Assert.Equal(role, status.GetProperty("role").GetString());
        var store = made.GetProperty("steps")[0].GetProperty("finding").GetString()!;
        Assert.EndsWith($"node {status.GetProperty("node_id").GetGuid():N}", store, StringComparison.Ordinal);

        var before = Content;
        foreach (var more in new[] { "--yes", "--dry-run" })
        {
            var why = await CommandRun.RefusalAsync("init", [.. options, more]);
            Assert.Contains(role == "primary" ? "sth.startup exists" : "a node lives in", why, StringComparison.Ordinal);
        }

        Assert.Equal(before, Content);
    }

    [Fact]
    public async Task Tree_is_shown_frozen_converted_and_unfrozen_and_each_rehearsal_changes_no_byte()
    {
        await MakeAsync(5, NodeRole.Secondary, TreeType.PreorderedLog);
        var shown = await CommandRun.JsonAsync("tree show", Data);
        Assert.Equal(5, shown.GetProperty("size").GetInt32());
        Assert.Contains("frozen", await CommandRun.RefusalAsync("tree convert", Data, "--type=LOG", "--yes", "--dry-run"),
            StringComparison.OrdinalIgnoreCase);

        await ChangeAsync("tree freeze", "tree_state", "ACTIVE", "FROZEN");
        Assert.Contains("Nobody can be asked here: write --yes", await CommandRun.RefusalAsync("tree convert", Data, "--type=LOG"),
            StringComparison.Ordinal);
        await ChangeAsync("tree convert", "tree_type", "PREORDERED_LOG", "LOG", "--type=LOG");
        await ChangeAsync("tree unfreeze", "tree_state", "FROZEN", "ACTIVE");
        shown = await CommandRun.JsonAsync("tree show", Data);
        Assert.Equal("primary", shown.GetProperty("role").GetString());
    }

    [Fact]
    public async Task Looking_changes_no_byte_of_a_directory_that_a_killed_process_has_left()
    {
        await MakeAsync(5, NodeRole.Primary, TreeType.Log);
        // Copied while it is open: the last commits are in the database's log alone, as after kill -9.
        using (var open = RocksDbLogStore.Open(_folder.PathOf("data")))
        {
            open.CommitRecords([new StoreRecord("other/part", new byte[1])]);
            FolderContent.Copy(_folder.PathOf("data"), _folder.PathOf("killed"));
        }

        var before = Content;
        var killed = $"--data-dir={_folder.PathOf("killed")}";
        var verified = await CommandRun.JsonAsync("verify", killed, Sth);
        Assert.True(verified.GetProperty("whole").GetBoolean());
        Assert.Equal("other/part", verified.GetProperty("records_not_checked")[0].GetString());
        Assert.Equal("not checked", verified.GetProperty("heads")[0].GetProperty("signature").GetString());
        Assert.Equal(5, (await CommandRun.JsonAsync("tree show", killed)).GetProperty("size").GetInt32());
        Assert.Equal(5, (await CommandRun.JsonAsync("status", killed, Sth)).GetProperty("signed_size").GetInt32());
        var drill = await CommandRun.JsonAsync("drill", "--dry-run", $"--copy={_folder.PathOf("killed")}");
        Assert.Contains("the 5 leaves", drill.GetProperty("steps")[0].GetProperty("finding").GetString(), StringComparison.Ordinal);
        Assert.Equal(before, Content);
    }

    [Fact]
    public async Task What_is_damaged_or_not_there_is_said_in_JSON()
    {
        Assert.Contains("there is no node", await CommandRun.RefusalAsync("status", Data), StringComparison.Ordinal);
        Assert.Contains("there is no node", await CommandRun.RefusalAsync("verify", Data, Sth), StringComparison.Ordinal);
        Assert.Contains("no node runs in", await CommandRun.RefusalAsync("switchover", Data, "--yes"), StringComparison.Ordinal);
        await MakeAsync(5, NodeRole.Primary, TreeType.Log);
        new SthFile(_folder.PathOf("sth"), HostDisk.Instance).Store(
            await SignedTreeHead.SignAsync(new TreeHead(3, Hash.Sha256("x"u8)), _key, Cancellation));
        var verified = await CommandRun.JsonAsync("verify", 1, Data, Sth);
        Assert.False(verified.GetProperty("whole").GetBoolean());
        Assert.StartsWith("the signed tree head in ", verified.GetProperty("problems")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_are_checked_split_and_combined()
    {
        await MakeAsync(1, NodeRole.Primary, TreeType.Log);
        var hash = _key.PublicKey.KeyHash().ToString();
        var keyFile = $"--key-file={_folder.Write("log.key", OpenSshKey.FormatPrivate(_key))}";
        var check = await CommandRun.JsonAsync("key check", keyFile);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, check.GetProperty("is_log_key").ValueKind);
        check = await CommandRun.JsonAsync("key check", keyFile, Data);
        Assert.True(check.GetProperty("is_log_key").GetBoolean());
        Assert.Equal(hash, check.GetProperty("compared_with")[0].GetProperty("key_hash").GetString());

        string[] split = [keyFile, "--shares=3", "--threshold=2", $"--output-dir={_folder.PathOf("shares")}"];
        var before = Content;
        Assert.False((await CommandRun.JsonAsync("key split", [.. split, "--dry-run"])).GetProperty("written").GetBoolean());
        Assert.Equal(before, Content);
        var shares = await CommandRun.JsonAsync("key split", [.. split, "--yes"]);
        Assert.True(shares.GetProperty("written").GetBoolean());
        Assert.Equal(hash, shares.GetProperty("key_hash").GetString());
        var files = shares.GetProperty("files").EnumerateArray().Select(file => file.GetString()!).ToList();
        Assert.Equal(3, files.Count(File.Exists));
        Assert.Contains("exists, and nothing is overwritten", await CommandRun.RefusalAsync("key split", split), StringComparison.Ordinal);

        string[] combine = [$"--share-file={files[0]}", $"--share-file={files[2]}", $"--output-file={_folder.PathOf("restored")}"];
        before = Content;
        Assert.False((await CommandRun.JsonAsync("key combine", [.. combine, "--dry-run"])).GetProperty("written").GetBoolean());
        Assert.Equal(before, Content);
        var combined = await CommandRun.JsonAsync("key combine", [.. combine, "--yes"]);
        Assert.Equal(_key.PublicKey.ToString(), combined.GetProperty("public_key").GetString());
        Assert.Contains("bring 1 more", await CommandRun.RefusalAsync(
            "key combine", $"--share-file={files[0]}", $"--output-file={_folder.PathOf("other")}"), StringComparison.Ordinal);
    }

    /// <summary>Rehearses a change, makes it, and makes it again.</summary>
    private async Task ChangeAsync(string command, string field, string from, string to, params string[] options)
    {
        string[] all = [Data, .. options, "--yes"];
        var before = Content;
        var rehearsed = await CommandRun.JsonAsync(command, [.. all, "--dry-run"]);
        Assert.Equal((false, true), Changes(rehearsed));
        Assert.Equal(from, rehearsed.GetProperty(field).GetString());
        (await CommandRun.RunAsync(command, [.. all, "--dry-run"])).Succeeded();
        Assert.Equal(before, Content);

        var made = await CommandRun.JsonAsync(command, all);
        Assert.Equal((true, false), Changes(made));
        Assert.Equal(to, made.GetProperty(field).GetString());
        Assert.Equal((false, false), Changes(await CommandRun.JsonAsync(command, all)));
        Assert.Equal((false, false), Changes(await CommandRun.JsonAsync(command, [.. all, "--dry-run"])));
    }

    private static (bool Changed, bool WouldChange) Changes(System.Text.Json.JsonElement printed) =>
        (printed.GetProperty("changed").GetBoolean(), printed.GetProperty("would_change").GetBoolean());

    private async Task MakeAsync(int count, NodeRole role, TreeType type)
    {
        using var store = RocksDbLogStore.Create(
            _folder.PathOf("data"), StoreIdentity.ForNew(role, type, _key.PublicKey.KeyHash()));
        var leaves = new List<Leaf>();
        for (var i = 0; i < count; i++)
            leaves.Add(await Leaf.SignAsync(Hash.Sha256([(byte)i]), _key, Cancellation));
        store.Commit(TreeAppender.Restore(store).Prepare(leaves, [.. leaves.Select(leaf => leaf.LeafHash())], []));
        new SthFile(_folder.PathOf("sth"), HostDisk.Instance).Store(await SignedTreeHead.SignAsync(store.TreeHead, _key, Cancellation));
    }
}
