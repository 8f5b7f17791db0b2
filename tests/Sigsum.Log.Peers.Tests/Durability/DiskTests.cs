using Sigsum.Crypto;
using Sigsum.Keys;
using Sigsum.Log.Peers.Tests.Instance;
using Sigsum.Testing;

namespace Sigsum.Log.Peers.Tests.Durability;

/// <summary>Disks that are full or read-only (failover.md, hazard disk-full): the node ends and says why, nothing that
/// got 200 is lost, and it goes on when there is space again.</summary>
public sealed class DiskTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TempDirectory _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_node_whose_disk_is_full_ends_with_1_and_goes_on_when_there_is_space(bool primary)
    {
        PeerPrograms peers = await PeerPrograms.RequireAsync(Cancellation);
        LogSetup setup = new() { Primary = ServerKind.Ours, Secondary = ServerKind.Ours };
        await using LogInstance log = await LogInstance.StartAsync(peers, setup, Cancellation);
        LogNode node = primary ? log.Primary : log.Secondary;
        node.Process.Signal(UnixSignal.Terminate);
        Assert.Equal(0, await node.Process.WaitForExitAsync(Patience, Cancellation));
        using SmallDisk disk = await SmallDisk.MountAsync(log.Folder.PathOf(node.Name + ".data"), Cancellation);
        await node.StartAsync(Cancellation);

        using LogLoad load = new(
            log.Primary.Url,
            OpenSshKey.ParsePublic(await File.ReadAllTextAsync(log.Key.PublicFile, Cancellation)));
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Task running = load.RunAsync(enough.Token);
        await Task.WhenAny(running, load.WaitForMoreAsync(100, Cancellation)).Unwrap();
        disk.Fill();
        Assert.Equal(1, await node.Process.WaitForExitAsync(Patience, Cancellation));
        Assert.Contains("No space left on device", node.Process.Output.ToString(), StringComparison.Ordinal);

        disk.Empty();
        await node.StartAsync(Cancellation);
        await Task.WhenAny(running, load.WaitForMoreAsync(100, Cancellation)).Unwrap();
        await enough.CancelAsync();
        await running;
        await load.CheckPromisesAsync(Cancellation);
    }

    [Fact]
    public async Task A_primary_that_cannot_store_its_first_tree_head_says_so_and_ends_with_1()
    {
        using SmallDisk disk = await SmallDisk.MountAsync(_folder.PathOf("sth"), Cancellation);
        await File.WriteAllTextAsync(_folder.PathOf("sth/sth.startup"), "startup=empty", Cancellation);
        await disk.MakeReadOnlyAsync(Cancellation);
        await using ProgramProcess node = StartAlone("--backend=ephemeral", "sth/sth");
        await CheckRefusalAsync(node, "(--sth-file): Read-only file system");
    }

    [Fact]
    public async Task A_data_directory_that_cannot_be_written_is_not_taken_for_one_in_use()
    {
        ProgramResult birth = await ProgramProcess.RunAsync(
            SigsumLog.Executable,
            ["init", "--role=primary", $"--data-dir={_folder.PathOf("data")}", $"--sth-file={_folder.PathOf("sth")}"],
            Cancellation);
        birth.Succeeded();
        using SmallDisk disk = await SmallDisk.MountAsync(_folder.PathOf("data"), Cancellation);
        await disk.MakeReadOnlyAsync(Cancellation);
        await using ProgramProcess node = StartAlone($"--data-dir={_folder.PathOf("data")}", "sth");
        await CheckRefusalAsync(node, $"cannot use data directory {_folder.PathOf("data")}: Read-only file system");
    }

    private static async Task CheckRefusalAsync(ProgramProcess node, string reason)
    {
        Assert.Equal(1, await node.WaitForExitAsync(Patience, Cancellation));
        string line = Assert.Single(node.Output.Lines, line => line.Contains("cannot start", StringComparison.Ordinal));
        Assert.Contains(reason, line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", node.Output.ToString(), StringComparison.Ordinal);
    }

    private ProgramProcess StartAlone(string store, string sthFile)
    {
        using Ed25519Signer signer = Ed25519Signer.Generate();
        string key = _folder.Write("key", OpenSshKey.FormatPrivate(signer));
        return ProgramProcess.Start(
            SigsumLog.Executable,
            [
                "primary", $"--key-file={key}", store, "--no-secondary", $"--sth-file={_folder.PathOf(sthFile)}",
                "--external-endpoint=127.0.0.1:0", "--internal-endpoint=127.0.0.1:0",
            ],
            new Dictionary<string, string?> { ["SIGSUM_LOGSERVER_CONFIG"] = null });
    }
}
