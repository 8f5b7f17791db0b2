using System.Text.Json;
using RocksDbSharp;
using Sigsum.Crypto;
using Sigsum.Keys;
using Sigsum.Log.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;
using Sigsum.Testing;

namespace Sigsum.Log.Cli.Tests;

/// <summary>sigsum-log verify, as an operator runs it on a stopped node.</summary>
public sealed class VerifyTests : IDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly Ed25519Signer _key = Ed25519Signer.Generate();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Data => _folder.PathOf("data");

    private string Sth => _folder.PathOf("sth");

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_whole_store_is_said_to_be_whole_with_what_was_checked()
    {
        await MakeAsync(20);
        var keyFile = _folder.Write("log.key.pub", OpenSshKey.FormatPublic(_key.PublicKey));
        var result = (await RunAsync($"--log-key-file={keyFile}")).Succeeded();
        Assert.Contains("20 leaves and 18 tree hashes recomputed\n", result.Output, StringComparison.Ordinal);
        Assert.Contains($"{Sth}: size 20, signature good\n", result.Output, StringComparison.Ordinal);
        Assert.EndsWith("\nwhole\n", result.Output, StringComparison.Ordinal);

        using var json = JsonDocument.Parse((await RunAsync("--json")).Succeeded().Output);
        Assert.True(json.RootElement.GetProperty("whole").GetBoolean());
        Assert.Equal(20, json.RootElement.GetProperty("size").GetInt32());
        Assert.Equal("not checked", json.RootElement.GetProperty("heads")[0].GetProperty("signature").GetString());
    }

    [Fact]
    public async Task A_signed_head_that_the_leaves_do_not_make_is_damage()
    {
        await MakeAsync(20);
        await WriteSthAsync(new TreeHead(7, Rfc6962.EmptyRoot));
        var result = await RunAsync();
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("PROBLEM: the signed tree head in ", result.Output, StringComparison.Ordinal);
        Assert.Contains("DAMAGED", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_head_of_another_key_is_refused()
    {
        await MakeAsync(3);
        using var other = Ed25519Signer.Generate();
        var keyFile = _folder.Write("other.pub", OpenSshKey.FormatPublic(other.PublicKey));
        var result = await RunAsync($"--log-key-file={keyFile}");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("is not signed with the key", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_changed_in_the_database_is_named()
    {
        await MakeAsync(20);
        var keyFile = _folder.Write("log.key.pub", OpenSshKey.FormatPublic(_key.PublicKey));
        using (var db = RocksDbHandle.Open(DataDirectory.Open(Data), create: false))
        using (var batch = new WriteBatch())
        {
            byte[] leaf = new byte[8];
            StoreKeys.WriteLeaf(leaf, 9);
            byte[] value = db.Get(db.Leaves, leaf)!;
            value[100] ^= 4;
            batch.Put(leaf, value, db.Leaves);
            Put("published"u8, "size=20\n"u8);
            Put("rate-limit/1/x"u8, "1 1 1 x"u8);
            Put("a key"u8, "x"u8);
            db.Write(batch);

            void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
                batch.Put(key, SealedValue.Close(key, value), db.Records);
        }

        var result = await RunAsync($"--log-key-file={keyFile}");
        Assert.Equal(1, result.ExitCode);
        foreach (var problem in new[]
        {
            "leaf 9 has changed", "the stored published tree head is damaged",
            "the stored rate limit count rate-limit/1/x", "'a key' cannot be a record key", "the index has an entry", "the signed tree head in",
        })
        {
            Assert.Contains($"\nPROBLEM: {problem}", result.Output, StringComparison.Ordinal);
        }

        using var json = JsonDocument.Parse((await RunAsync("--json")).Output);
        Assert.False(json.RootElement.GetProperty("whole").GetBoolean());
        Assert.InRange(json.RootElement.GetProperty("problems").GetArrayLength(), 6, 20);
    }

    [Fact]
    public async Task A_record_that_is_not_as_it_was_written_is_named()
    {
        await MakeAsync(3);
        using (var db = RocksDbHandle.Open(DataDirectory.Open(Data), create: false))
        using (var batch = new WriteBatch())
        {
            byte[] value = SealedValue.Close("lost-nodes"u8, "0123456789abcdef0123456789abcdef\n"u8);
            value[4] ^= 1;
            batch.Put("lost-nodes"u8, value, db.Records);
            db.Write(batch);
        }

        var result = await RunAsync();
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(
            "\nPROBLEM: records cannot be read: 'lost-nodes' is not stored as it was written", result.Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_that_nobody_here_knows_is_said_not_to_be_checked()
    {
        await MakeAsync(3);
        using (var store = RocksDbLogStore.Open(Data))
            store.CommitRecords([new StoreRecord("other/part", new byte[1])]);
        var result = (await RunAsync()).Succeeded();
        Assert.Contains("\n1 records read\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("\nrecord other/part: ", result.Output, StringComparison.Ordinal);
        using var json = JsonDocument.Parse((await RunAsync("--json")).Succeeded().Output);
        Assert.Equal("other/part", json.RootElement.GetProperty("records_not_checked")[0].GetString());
    }

    [Fact]
    public async Task The_store_of_another_log_is_a_problem()
    {
        await MakeAsync(3);
        File.Delete(Sth);
        using var other = Ed25519Signer.Generate();
        var keyFile = _folder.Write("other.pub", OpenSshKey.FormatPublic(other.PublicKey));
        var result = await RunAsync($"--log-key-file={keyFile}");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("PROBLEM: the store belongs to the log with key hash", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_made_where_nothing_is_and_wrong_usage_is_2()
    {
        var missing = await RunAsync();
        Assert.Equal(1, missing.ExitCode);
        Assert.False(Directory.Exists(Data));
        Assert.Equal(2, (await RunAsync("--log-key-file=/nowhere")).ExitCode);
        Assert.Equal(2, (await RunAsync("--nonsense")).ExitCode);
    }

    private Task<ProgramResult> RunAsync(params string[] more) => ProgramProcess.RunAsync(
        Path.Combine(AppContext.BaseDirectory, "sigsum-log"),
        ["verify", $"--data-dir={Data}", $"--sth-file={Sth}", .. more], Cancellation,
        environment: new Dictionary<string, string?> { ["SIGSUM_LOGSERVER_CONFIG"] = "" });

    private async Task MakeAsync(int count)
    {
        using var store = RocksDbLogStore.Create(
            Data, StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, _key.PublicKey.KeyHash()));
        var leaves = new List<Leaf>();
        for (var i = 0; i < count; i++)
            leaves.Add(await Leaf.SignAsync(Hash.Sha256([(byte)i]), _key, Cancellation));
        store.Commit(TreeAppender.Restore(store).Prepare(leaves, [.. leaves.Select(leaf => leaf.LeafHash())], []));
        await WriteSthAsync(store.TreeHead);
    }

    private async Task WriteSthAsync(TreeHead head) =>
        new Signing.SthFile(Sth, HostDisk.Instance).Store(await SignedTreeHead.SignAsync(head, _key, Cancellation));
}
