using Sigsum.Testing;

namespace Sigsum.Log.Cli.Tests;

/// <summary>Our sigsum-mktree and Debian's (sigsum-log-go 0.15.2), each run on the same files.</summary>
public sealed class MktreeTests
{
    private static readonly string Ours = Path.Combine(AppContext.BaseDirectory, "sigsum-mktree");

    /// <summary>
    /// Files before, mode, exit code and files after. The codes and files were seen with Debian's program.
    /// </summary>
    public static TheoryData<string, string, int, string> Cases => new()
    {
        { "", "", 0, "sth.startup:startup=empty" },
        { "", "empty", 0, "sth.startup:startup=empty" },
        { "", "local-tree", 0, "sth.startup:startup=local-tree" },
        { "", "saved", 1, "" },
        { "", "nonsense", 1, "" },
        { "sth:", "", 1, "sth:" },
        { "sth:x", "empty", 1, "sth:x" },
        { "sth:x", "local-tree", 1, "sth:x" },
        { "sth:x", "saved", 0, "sth:x" },
        { "sth.startup:startup=empty", "empty", 1, "sth.startup:startup=empty" },
        { "sth.startup:startup=empty", "local-tree", 1, "sth.startup:startup=empty" },
        { "sth.startup:startup=empty", "saved", 1, "sth.startup:startup=empty" },
        { "sth:x,sth.startup:y", "saved", 1, "sth:x,sth.startup:y" },
        { "sth:x,sth.startup:y", "empty", 1, "sth:x,sth.startup:y" },
        { "sth/:", "empty", 1, "sth/:" },
        { "sth/:", "saved", 0, "sth/:" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Ours_leaves_what_is_expected(string before, string mode, int exitCode, string after) =>
        Assert.Equal((exitCode, after), await RunAsync(Ours, before, mode));

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Debians_leaves_the_same(string before, string mode, int exitCode, string after)
    {
        var peers = await PeerPrograms.RequireAsync(TestContext.Current.CancellationToken);
        Assert.Equal((exitCode, after), await RunAsync(peers["sigsum-mktree"], before, mode));
    }

    [Fact]
    public async Task Ours_knows_one_more_mode() => Assert.Equal(
        (0, "sth.startup:startup=await-secondary"),
        await RunAsync(Ours, "", "await-secondary"));

    private static async Task<(int ExitCode, string Files)> RunAsync(string program, string before, string mode)
    {
        using var folder = new TempDirectory();
        foreach (var file in before.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (file is [.. var name, '/', ':'])
                Directory.CreateDirectory(folder.PathOf(name));
            else
                folder.Write(file.Split(':')[0], file.Split(':')[1]);
        }

        string[] arguments = mode.Length == 0 ? [] : ["--mode", mode];
        arguments = [$"--sth-file={folder.PathOf("sth")}", .. arguments];
        var result = await ProgramProcess.RunAsync(program, arguments, TestContext.Current.CancellationToken);
        return (result.ExitCode, string.Join(',', new DirectoryInfo(folder.FullName).GetFileSystemInfos()
            .OrderBy(file => file.Name, StringComparer.Ordinal)
            .Select(file => file.Name + (file is DirectoryInfo ? "/:" : ":" + File.ReadAllText(file.FullName)))));
    }
}
