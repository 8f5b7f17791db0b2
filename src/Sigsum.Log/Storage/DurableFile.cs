namespace Sigsum.Log.Storage;

/// <summary>Small files that are replaced as a whole and are on stable storage when the call returns.</summary>
internal static class DurableFile
{
    /// <summary>
    /// Writes a temporary file beside the target, syncs it, renames it over the target and syncs the directory. A
    /// crash at any point leaves the old file or the new one, whole, and perhaps the temporary file, which nobody
    /// reads and the next call overwrites.
    /// </summary>
    /// <exception cref="IOException">The disk refused; whether the old or the new file is there is known only after
    /// reading it again.</exception>
    public static void Replace(IDisk disk, string path, ReadOnlySpan<byte> content)
    {
        var bytes = content.ToArray();
        disk.Move(WriteBeside(disk, path, file => file.Write(bytes)), path, overwrite: true);
        disk.SyncDirectoryOf(path);
    }

    /// <summary>As <see cref="Replace"/>, where there must be no file yet.</summary>
    /// <exception cref="IOException">There is a file already, or the disk refused.</exception>
    public static void Create(IDisk disk, string path, ReadOnlySpan<byte> content)
    {
        var bytes = content.ToArray();
        Create(disk, path, file => file.Write(bytes));
    }

    /// <summary>As <see cref="Create(IDisk, string, ReadOnlySpan{byte})"/>, for content that is written bit by bit.</summary>
    /// <exception cref="IOException">There is a file already, or the disk refused.</exception>
    public static void Create(IDisk disk, string path, Action<Stream> write)
    {
        string temporary = WriteBeside(disk, path, write);
        try
        {
            disk.Move(temporary, path, overwrite: false);
        }
        catch
        {
            disk.Delete(temporary);
            throw;
        }

        disk.SyncDirectoryOf(path);
    }

    /// <summary>Gives a file another name in the same directory, over any file that has it.</summary>
    public static void Rename(IDisk disk, string path, string to)
    {
        disk.Move(path, to, overwrite: true);
        disk.SyncDirectoryOf(path);
    }

    /// <summary>Removes a file for good; nothing happens where there is none.</summary>
    public static void Remove(IDisk disk, string path)
    {
        disk.Delete(path);
        disk.SyncDirectoryOf(path);
    }

    private static string WriteBeside(IDisk disk, string path, Action<Stream> write)
    {
        string temporary = path + ".new";
        using var file = disk.Create(temporary);
        write(file);
        disk.Sync(file);
        return temporary;
    }
}
