namespace Sigsum.Testing;

/// <summary>Copies folders under the eyes of those who read them.</summary>
public static class FolderCopy
{
    /// <summary>Puts all that a folder holds into another one, which stays, since it may be a disk of its own.</summary>
    public static async Task IntoAsync(string from, string folder, CancellationToken cancellation)
    {
        DirectoryInfo staging = Directory.CreateDirectory(Path.Combine(folder, ".arriving"));
        (await ProgramProcess.RunAsync("cp", ["-a", from + "/.", staging.FullName], cancellation)).Succeeded();
        // Renamed, since somebody may be reading: no file is ever there in part.
        foreach (FileSystemInfo entry in staging.EnumerateFileSystemInfos().ToList())
            Directory.Move(entry.FullName, Path.Combine(folder, entry.Name));
        staging.Delete();
    }
}
