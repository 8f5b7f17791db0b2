using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Sigsum.Log.Storage;

/// <summary>Small files that are replaced as a whole and are on stable storage when the call returns.</summary>
internal static partial class DurableFile
{
    /// <summary>
    /// Writes a temporary file beside the target, syncs it, renames it over the target and syncs the directory. A
    /// crash at any point leaves the old file or the new one, whole, and perhaps the temporary file, which nobody
    /// reads and the next call overwrites.
    /// </summary>
    /// <exception cref="IOException">The disk refused; whether the old or the new file is there is known only after
    /// reading it again.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var bytes = content.ToArray();
        File.Move(WriteBeside(path, file => file.Write(bytes)), path, overwrite: true);
        SyncDirectoryOf(path);
    }

    /// <summary>As <see cref="Replace"/>, where there must be no file yet.</summary>
    /// <exception cref="IOException">There is a file already, or the disk refused.</exception>
    public static void Create(string path, ReadOnlySpan<byte> content)
    {
        var bytes = content.ToArray();
        Create(path, file => file.Write(bytes));
    }

    /// <summary>As <see cref="Create(string, ReadOnlySpan{byte})"/>, for content that is written bit by bit.</summary>
    /// <exception cref="IOException">There is a file already, or the disk refused.</exception>
    public static void Create(string path, Action<Stream> write)
    {
        string temporary = WriteBeside(path, write);
        try
        {
            File.Move(temporary, path, overwrite: false);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        SyncDirectoryOf(path);
    }

    /// <summary>Gives a file another name in the same directory, over any file that has it.</summary>
    public static void Rename(string path, string to)
    {
        File.Move(path, to, overwrite: true);
        SyncDirectoryOf(path);
    }

    /// <summary>Removes a file for good; nothing happens where there is none.</summary>
    public static void Remove(string path)
    {
        File.Delete(path);
        SyncDirectoryOf(path);
    }

    /// <summary>Makes the names in a directory durable: files created, renamed or removed in it.</summary>
    public static void SyncDirectory(string directory)
    {
        // Windows has no such call and does not need it: NTFS journals its names.
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        const int readOnly = 0;
        int descriptor = Open(directory, readOnly);
        if (descriptor < 0)
        {
            throw Failure(directory);
        }

        try
        {
            if (Fsync(descriptor) != 0)
            {
                throw Failure(directory);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static string WriteBeside(string path, Action<Stream> write)
    {
        string temporary = path + ".new";
        using var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        write(file);
        file.Flush(flushToDisk: true);
        return temporary;
    }

    private static void SyncDirectoryOf(string path) => SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);

    private static IOException Failure(string directory)
    {
        var error = new Win32Exception(Marshal.GetLastPInvokeError());
        return new IOException($"cannot sync directory {directory}: {error.Message}", error);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
