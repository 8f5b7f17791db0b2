using Sigsum.Testing;

namespace Sigsum.Log.Peers.Tests;

/// <summary>What an operator sees who got the configuration wrong.</summary>
public sealed class ConfigurationErrorTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_primary_names_everything_that_is_wrong_at_once_and_does_not_start()
    {
        using TempDirectory folder = new();
        string[] arguments =
        [
            "primary",
            "--key-file=" + folder.PathOf("no.key"),
            "--data-dir=" + folder.PathOf("data"),
            "--sth-file=" + folder.PathOf("sth"),
            "--secondary-url=http://127.0.0.1:1",
            "--interval=soon",
            "--external-endpoint=nowhere",
            "--no-such-option=1",
        ];
        ProgramResult result = await RunAsync(arguments);

        Assert.NotEqual(0, result.ExitCode);
        foreach (string option in (string[])
            ["key-file", "secondary-pubkey-file", "interval", "external-endpoint", "no-such-option"])
        {
            Assert.Contains("--" + option, result.Error, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.FullName));
    }

    [Fact]
    public async Task A_primary_without_secondary_must_be_told_so()
    {
        using TempDirectory folder = new();
        ProgramResult result = await RunAsync("primary", "--data-dir=" + folder.PathOf("data"));
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("--no-secondary", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("trillian")]
    [InlineData("nonsense")]
    public async Task An_unknown_backend_is_refused_with_the_ones_that_there_are(string backend)
    {
        using TempDirectory folder = new();
        ProgramResult result = await RunAsync("secondary", "--backend=" + backend, "--primary-url=http://127.0.0.1:1");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("--backend", result.Error, StringComparison.Ordinal);
        Assert.Contains("embedded", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_missing_is_silently_created()
    {
        PeerPrograms peers = await PeerPrograms.RequireAsync(Cancellation);
        using TempDirectory folder = new();
        Instance.TestKey key = await Instance.TestKey.GenerateAsync(peers, folder, "log", Cancellation);
        ProgramResult result = await RunAsync(
            "primary",
            "--key-file=" + key.PrivateFile,
            "--no-secondary",
            "--data-dir=" + folder.PathOf("data"),
            "--sth-file=" + folder.PathOf("sth"),
            "--external-endpoint=127.0.0.1:0",
            "--internal-endpoint=127.0.0.1:0");
        Assert.NotEqual(0, result.ExitCode);
        Assert.False(Path.Exists(folder.PathOf("data")));
        Assert.False(Path.Exists(folder.PathOf("sth")));
    }

    private static Task<ProgramResult> RunAsync(params string[] arguments) => ProgramProcess.RunAsync(
        SigsumLog.Executable,
        arguments,
        Cancellation,
        environment: new Dictionary<string, string?> { ["SIGSUM_LOGSERVER_CONFIG"] = null });
}
