using Xunit;

namespace Sigsum.Testing;

/// <summary>
/// Debian's own Sigsum programs, unpacked by eng/peers when a test first asks for them. Other test programs of the same
/// run wait for that and then share it. SIGSUM_PEERS names another folder.
/// </summary>
public sealed class PeerPrograms
{
    private static readonly Lazy<Task<string>> Unpacked = new(UnpackAsync);
    private readonly string _bin;

    private PeerPrograms(string bin) => _bin = bin;

    /// <summary>Why this machine cannot have the programs; null on Debian, where a failure to unpack them is a failure
    /// of the test and never a skip.</summary>
    public static string? SkipReason { get; } = IsDebian()
        ? null
        : "The test runs programs from Debian's archive, and this machine is not Debian.";

    /// <summary>The programs; skips the running test elsewhere than on Debian.</summary>
    public static async Task<PeerPrograms> RequireAsync(CancellationToken cancellation)
    {
        if (SkipReason is not null)
            Assert.Skip(SkipReason);
        return new PeerPrograms(await Unpacked.Value.WaitAsync(cancellation));
    }

    /// <summary>Full path of a program: the one that eng/peers unpacked, or the machine's own.</summary>
    public string this[string program]
    {
        get
        {
            IEnumerable<string> folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
            return folders.Prepend(_bin).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists)
                ?? throw new FileNotFoundException($"{program} is neither in {_bin} nor in PATH.");
        }
    }

    private static async Task<string> UnpackAsync()
    {
        string[] folder = Environment.GetEnvironmentVariable("SIGSUM_PEERS") is { Length: > 0 } named ? [named] : [];
        ProgramResult result = await ProgramProcess.RunAsync(
            Repository.PathOf("eng", "peers"), folder, CancellationToken.None, timeout: TimeSpan.FromMinutes(10));
        return result.Succeeded().Output.Trim();
    }

    private static bool IsDebian() =>
        File.Exists("/etc/os-release") && File.ReadLines("/etc/os-release").Contains("ID=debian");
}
