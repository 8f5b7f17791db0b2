using Xunit;

namespace Sigsum.Testing;

/// <summary>A disk of a few megabytes (a tmpfs), which a test fills up, empties, or makes read-only.</summary>
public sealed class SmallDisk : IDisposable
{
    private readonly string _folder;

    private SmallDisk(string folder) => _folder = folder;

    private string Ballast => Path.Combine(_folder, "ballast");

    /// <summary>Mounts it on a folder, which is made where there is none; skips the test where that is not allowed.
    /// What the folder holds already is moved onto the disk.</summary>
    public static async Task<SmallDisk> MountAsync(string folder, CancellationToken cancellation)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            Assert.Skip("The test mounts a small file system, which takes root on Linux.");
        string old = folder + ".old";
        bool moved = Directory.Exists(folder);
        if (moved)
            Directory.Move(folder, old);
        Directory.CreateDirectory(folder);
        ProgramResult result = await ProgramProcess.RunAsync(
            "mount", ["-t", "tmpfs", "-o", "size=24m", "sigsum-test", folder], cancellation);
        if (result.ExitCode != 0)
            Assert.Skip($"The test mounts a small file system, which is not allowed here: {result.Error.Trim()}");
        var disk = new SmallDisk(folder);
        try
        {
            if (moved)
                await FolderCopy.IntoAsync(old, folder, cancellation);
            return disk;
        }
        catch
        {
            disk.Dispose();
            throw;
        }
    }

    /// <summary>Takes every byte that is free.</summary>
    public void Fill()
    {
        byte[] page = new byte[4096];
        try
        {
            using FileStream file = new(Ballast, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            while (true)
                file.Write(page);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>Gives the space back.</summary>
    public void Empty() => File.Delete(Ballast);

    /// <summary>Writing fails from now on. The system allows it only while nothing on the disk is open for writing.</summary>
    public async Task MakeReadOnlyAsync(CancellationToken cancellation) =>
        (await ProgramProcess.RunAsync("mount", ["-o", "remount,ro", _folder], cancellation)).Succeeded();

    /// <summary>Unmounts it, as soon as nobody uses it any more.</summary>
    public void Dispose()
    {
        using System.Diagnostics.Process umount = System.Diagnostics.Process.Start("umount", ["--lazy", _folder]);
        umount.WaitForExit();
    }
}
