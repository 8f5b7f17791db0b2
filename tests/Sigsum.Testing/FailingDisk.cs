using Xunit;

namespace Sigsum.Testing;

/// <summary>
/// A disk whose writes fail when a test says so, as a real one does: programs write into the system's memory and all is
/// well, and it is fsync that returns an error, once; the next fsync succeeds, although nothing more has reached the
/// disk. (An ext4 without journal in a sparse file, on a tmpfs that is full while the disk fails.)
/// </summary>
public sealed class FailingDisk : IDisposable
{
    private readonly string _folder;
    private readonly SmallDisk _below;

    private FailingDisk(string folder, SmallDisk below) => (_folder, _below) = (folder, below);

    private string Image => ImageOn(_folder);

    /// <summary>Mounts it on a folder and moves what the folder holds onto it; skips the test where that is not
    /// allowed.</summary>
    public static async Task<FailingDisk> MountAsync(string folder, CancellationToken cancellation)
    {
        SmallDisk below = await SmallDisk.MountAsync(folder + ".below", cancellation);
        var disk = new FailingDisk(folder, below);
        try
        {
            string old = folder + ".old";
            Directory.Move(folder, old);
            Directory.CreateDirectory(folder);
            using (FileStream image = File.Create(disk.Image))
                image.SetLength(256 * 1024 * 1024);
            await TryAsync("mkfs.ext4", ["-q", "-O", "^has_journal", "-m", "0", disk.Image], cancellation);
            await TryAsync("mount", ["-o", "loop", disk.Image, folder], cancellation);
            await FolderCopy.IntoAsync(old, folder, cancellation);
            (await ProgramProcess.RunAsync("sync", ["-f", folder], cancellation)).Succeeded();
            return disk;
        }
        catch
        {
            disk.Dispose();
            throw;
        }
    }

    /// <summary>From now on nothing more reaches the disk.</summary>
    public void Fail() => _below.Fill();

    /// <summary>From now on the disk works again.</summary>
    public void Mend() => _below.Empty();

    /// <summary>Writing fails from now on, whatever is open: what the system does with a disk after an error of it. Restarting
    /// the disk ends it.</summary>
    public async Task MakeReadOnlyAsync(CancellationToken cancellation)
    {
        // The system answers with an error, since it has just made the disk read-only.
        await ProgramProcess.RunAsync("mount", ["-o", "remount,abort", _folder], cancellation);
        string mounts = await File.ReadAllTextAsync("/proc/mounts", cancellation);
        // device, folder, kind, options; newer kernels call it emergency_ro
        if (!mounts.Split('\n').Select(line => line.Split(' '))
            .Any(mount => mount.Length > 3 && mount[1] == _folder && mount[3].Split(',').Any(option => option is "ro" or "emergency_ro")))
            Assert.Skip("The test makes a disk that is in use read-only, which this kernel does in another way.");
    }

    /// <summary>
    /// From now on whatever writes waits, as on a disk that stalls, until <see cref="ResumeAsync"/>. A process that waits so
    /// cannot be killed: resume before it is.
    /// </summary>
    public Task StallAsync() => FreezeAsync("--freeze");

    /// <summary>From now on the disk goes on.</summary>
    public Task ResumeAsync() => FreezeAsync("--unfreeze");

    /// <summary>
    /// Forgets what is in the system's memory, as a restart of the machine does: what the disk really holds is what is
    /// there afterwards. Nobody may use it.
    /// </summary>
    public async Task RestartAsync(CancellationToken cancellation)
    {
        (await ProgramProcess.RunAsync("umount", [_folder], cancellation)).Succeeded();
        (await ProgramProcess.RunAsync("mount", ["-o", "loop", Image, _folder], cancellation)).Succeeded();
    }

    /// <summary>Unmounts it, as soon as nobody uses it any more.</summary>
    public void Dispose()
    {
        using (System.Diagnostics.Process umount = System.Diagnostics.Process.Start("umount", ["--lazy", "--quiet", _folder]))
            umount.WaitForExit();
        _below.Dispose();
    }

    private static string ImageOn(string folder) => Path.Combine(folder + ".below", "image");

    // Not to be broken off: a disk that stays frozen holds up everybody who touches it.
    private Task FreezeAsync(string how) => TryAsync("fsfreeze", [how, _folder], CancellationToken.None);

    private static async Task TryAsync(string program, string[] arguments, CancellationToken cancellation)
    {
        // These programs are for root, whose PATH has their folder; that of others has not.
        string path = Path.Combine("/usr/sbin", program);
        ProgramResult result = await ProgramProcess.RunAsync(
            File.Exists(path) ? path : program, arguments, cancellation);
        if (result.ExitCode != 0)
            Assert.Skip($"The test needs an ext4 in a loop device, which this machine has not: {result.Error.Trim()}");
    }
}
