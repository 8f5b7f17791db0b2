using System.Text.Json;
using Sigsum.Crypto;
using Sigsum.Keys;
using Sigsum.Log.Storage;
using Sigsum.Testing;

namespace Sigsum.Log.Cli.Tests;

/// <summary>sigsum-log key check, split and combine, as an operator runs them.</summary>
public sealed class KeyTests : IDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly Ed25519Signer _key = Ed25519Signer.Generate();
    private readonly string _keyFile;
    private readonly string _publicFile;

    public KeyTests()
    {
        _keyFile = _folder.Write("log.key", OpenSshKey.FormatPrivate(_key));
        _publicFile = _folder.Write("log.key.pub", OpenSshKey.FormatPublic(_key.PublicKey));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Shares => _folder.PathOf("shares");

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("", "a command is missing", 2)]
    [InlineData("cut", "'cut' is not a command", 2)]
    [InlineData("check", "--key-file: is missing", 2)]
    [InlineData("split --shares=3 --threshold=2", "--key-file: is missing", 2)]
    [InlineData("split --key-file=k --shares=3", "--threshold: must be at least 2", 2)]
    [InlineData("split --key-file=k --shares=17 --threshold=2", "--shares: must be from 2 to 16", 2)]
    [InlineData("split --key-file=k --shares=3 --threshold=4", "--threshold: must be at most", 2)]
    [InlineData("split --key-file=k --shares=3 --threshold=2 --json", "--output-dir", 2)]
    [InlineData("split --key-file=pkcs11:object=k --shares=3 --threshold=2", "does not give the private key away", 2)]
    [InlineData("combine --output-file=k", "--share-file: is missing", 2)]
    [InlineData("combine --share-file=k", "--output-file: is missing", 2)]
    [InlineData("combine --nonsense", "--nonsense: is not an option", 2)]
    [InlineData("check --key-file=/missing/key", "/missing/key", 1)]
    [InlineData("split --key-file=/missing/key --shares=3 --threshold=2", "/missing/key", 1)]
    [InlineData("combine --share-file=/missing/share --output-file=/missing/key", "/missing/share", 1)]
    public async Task Wrong_usage_is_2_and_a_refusal_is_1(string arguments, string error, int exitCode)
    {
        var result = await RunAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains(error, result.Error, StringComparison.Ordinal);
        Assert.Equal(arguments.Contains("--json", StringComparison.Ordinal), result.Output.Length > 0);
        Assert.Equal(2, Directory.GetFileSystemEntries(_folder.FullName).Length);
    }

    [Fact]
    public async Task The_group_and_its_commands_have_help()
    {
        var group = (await RunAsync("--help")).Succeeded().Output;
        Assert.StartsWith("Usage: sigsum-log key COMMAND [OPTION...]\n", group, StringComparison.Ordinal);
        Assert.Equal(["check", "split", "combine"],
            group.Split('\n').Where(line => line.StartsWith("  ", StringComparison.Ordinal)).Select(line => line.Trim().Split(' ')[0]));
        Assert.StartsWith("Usage: sigsum-log key split [-?] [--config file] [--dry-run] ",
            (await RunAsync("split", "--help")).Succeeded().Output, StringComparison.Ordinal);
        Assert.StartsWith("sigsum-log key ", (await RunAsync("--version")).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_says_whether_a_key_is_the_logs()
    {
        var hash = _key.PublicKey.KeyHash().ToString();
        var alone = (await RunAsync("check", $"--key-file={_keyFile}")).Succeeded().Output;
        Assert.Contains("the key is in a file and signs\n", alone, StringComparison.Ordinal);
        Assert.Contains($"key hash {hash}\nnot compared", alone, StringComparison.Ordinal);
        Assert.Contains(OpenSshKey.FormatPublic(_key.PublicKey), alone, StringComparison.Ordinal);

        var data = _folder.PathOf("data");
        RocksDbLogStore.Create(data, StoreIdentity.ForNew(NodeRole.Secondary, TreeType.PreorderedLog, _key.PublicKey.KeyHash()))
            .Dispose();
        string[] compared = [$"--log-key-file={_publicFile}", $"--data-dir={data}"];
        var same = (await RunAsync(["check", $"--key-file={_keyFile}", .. compared])).Succeeded();
        Assert.Contains($"it is the public key in {_publicFile}\n", same.Output, StringComparison.Ordinal);
        Assert.Contains($"it is the log key of the store in {data}\n", same.Output, StringComparison.Ordinal);

        using var other = Ed25519Signer.Generate();
        var otherFile = _folder.Write("other.key", OpenSshKey.FormatPrivate(other));
        foreach (var comparison in compared)
        {
            var another = await RunAsync("check", $"--key-file={otherFile}", comparison, "--json");
            Assert.Equal(1, another.ExitCode);
            using var json = JsonDocument.Parse(another.Output);
            Assert.True(json.RootElement.GetProperty("usable").GetBoolean());
            Assert.False(json.RootElement.GetProperty("is_log_key").GetBoolean());
            Assert.Equal(hash, json.RootElement.GetProperty("compared_with")[0].GetProperty("key_hash").GetString());
        }
    }

    [Fact]
    public async Task Check_of_a_store_that_does_not_know_its_key_is_refused()
    {
        var data = _folder.PathOf("data");
        RocksDbLogStore.Create(data, StoreIdentity.ForNew(NodeRole.Secondary, TreeType.PreorderedLog, null)).Dispose();
        var result = await RunAsync("check", $"--key-file={_keyFile}", $"--data-dir={data}");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("does not know its log's key yet", result.Error, StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync("check", $"--key-file={_keyFile}", "--data-dir=/missing")).ExitCode);
    }

    [Fact]
    public async Task Check_reaches_a_key_in_a_token()
    {
        using var hsm = await SoftHsm.RequireAsync(Cancellation);
        await hsm.MakeTokenAsync("log", Cancellation);
        await hsm.MakeKeyAsync("log", "key", "01", Cancellation);
        var environment = new Dictionary<string, string?>(hsm.Environment) { ["SIGSUM_LOG_PIN"] = SoftHsm.Pin };
        var found = (await RunAsync(environment, "check", $"--key-file={hsm.Uri("log", "key")}", "--json")).Succeeded();
        using var json = JsonDocument.Parse(found.Output);
        Assert.Equal("a token", json.RootElement.GetProperty("place").GetString());
        var missing = await RunAsync(environment, "check", $"--key-file={hsm.Uri("log", "other")}");
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("does not have this private key", missing.Error, StringComparison.Ordinal);
        var another = await RunAsync(
            environment, "check", $"--key-file={hsm.Uri("log", "key")}", $"--log-key-file={_publicFile}");
        Assert.Equal(1, another.ExitCode);
        Assert.Contains("ANOTHER KEY", another.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_was_split_comes_back_from_enough_shares()
    {
        (await SplitAsync()).Succeeded();
        var files = Directory.GetFiles(Shares).Order().ToArray();
        Assert.Equal(Enumerable.Range(1, 5).Select(i => Path.Combine(Shares, $"key-share-{i}-of-5.txt")), files);
        Assert.All(files, AssertOwnerOnly);
        var restored = _folder.PathOf("restored.key");
        string[] combine = ["combine", $"--share-file={files[4]}", $"--share-file={files[1]}", $"--output-file={restored}"];

        var tooFew = await RunAsync(combine);
        Assert.Equal(1, tooFew.ExitCode);
        Assert.Contains("2 of 3 shares are here; bring 1 more of the shares 1, 3, 4", tooFew.Error, StringComparison.Ordinal);
        combine = [.. combine, $"--share-file={files[0]}"];
        Assert.Contains($"would write {restored}", (await RunAsync([.. combine, "--dry-run"])).Succeeded().Output,
            StringComparison.Ordinal);
        Assert.False(File.Exists(restored));

        using (var other = Ed25519Signer.Generate())
        {
            var otherFile = _folder.Write("other.pub", OpenSshKey.FormatPublic(other.PublicKey));
            Assert.Equal(1, (await RunAsync([.. combine, $"--log-key-file={otherFile}"])).ExitCode);
            Assert.False(File.Exists(restored));
        }

        using var json = JsonDocument.Parse(
            (await RunAsync([.. combine, $"--log-key-file={_publicFile}", "--json"])).Succeeded().Output);
        Assert.Equal(_key.PublicKey.ToString(), json.RootElement.GetProperty("public_key").GetString());
        AssertOwnerOnly(restored);
        using var key = OpenSshKey.ParsePrivate(await File.ReadAllTextAsync(restored, Cancellation));
        Assert.Equal(_key.ExportSeed(), key.ExportSeed());

        var again = await RunAsync(combine);
        Assert.Equal(1, again.ExitCode);
        Assert.Contains($"{restored} exists", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Split_overwrites_nothing_and_writes_nothing_in_a_dry_run()
    {
        var dry = (await SplitAsync("--dry-run")).Succeeded();
        Assert.Contains($"would write {Shares}", dry.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("data-1", dry.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Shares));

        Directory.CreateDirectory(Shares);
        var there = Path.Combine(Shares, "key-share-5-of-5.txt");
        await File.WriteAllTextAsync(there, "kept", Cancellation);
        Assert.Equal(1, (await SplitAsync()).ExitCode);
        Assert.Equal([there], Directory.GetFiles(Shares));
        Assert.Equal("kept", await File.ReadAllTextAsync(there, Cancellation));
    }

    [Fact]
    public async Task Shares_on_standard_output_are_one_file_to_combine()
    {
        var printed = (await RunAsync("split", $"--key-file={_keyFile}", "--shares=3", "--threshold=2")).Succeeded().Output;
        var file = _folder.Write("shares.txt", printed);
        (await RunAsync("combine", $"--share-file={file}", $"--output-file={_folder.PathOf("restored")}")).Succeeded();
        var typed = _folder.Write("typed.txt", printed.Replace("data-3=", "data-3=0", StringComparison.Ordinal));
        var wrong = await RunAsync("combine", $"--share-file={typed}", $"--output-file={_folder.PathOf("other")}");
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains($"{typed}, line 12: data-3", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_private_key_file_cannot_be_split()
    {
        var result = await RunAsync("split", $"--key-file={_publicFile}", "--shares=3", "--threshold=2");
        Assert.Equal(1, result.ExitCode);
        Assert.Empty(result.Output);
    }

    private static void AssertOwnerOnly(string path)
    {
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    private static Task<ProgramResult> RunAsync(params string[] arguments) => RunAsync([], arguments);

    private static Task<ProgramResult> RunAsync(Dictionary<string, string?> environment, params string[] arguments) =>
        ProgramProcess.RunAsync(SigsumLog.Executable, ["key", .. arguments], Cancellation,
            environment: new Dictionary<string, string?>(environment)
            { ["SIGSUM_LOGSERVER_CONFIG"] = "", ["SSH_AUTH_SOCK"] = null });

    private Task<ProgramResult> SplitAsync(params string[] more) => RunAsync(
        ["split", $"--key-file={_keyFile}", "--shares=5", "--threshold=3", $"--output-dir={Shares}", .. more]);
}
