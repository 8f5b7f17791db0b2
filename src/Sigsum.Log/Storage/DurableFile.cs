using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

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

    /// <summary>Makes the content of an open file durable.</summary>
    /// <remarks>Not by the Flush of the stream: on Unix the runtime (10.0) makes the call and loses its answer, so a
    /// disk that refused would look like one that did it.</remarks>
    /// <exception cref="IOException">The disk refused.</exception>
    public static void Sync(FileStream file)
    {
        if (OperatingSystem.IsWindows())
        {
#pragma warning disable RS0030 // It is Unix where the answer is lost.
            file.Flush(flushToDisk: true);
#pragma warning restore RS0030
            return;
        }

        Sync(file.SafeFileHandle, "file", file.Name);
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
        using SafeFileHandle handle = Open(directory, readOnly);
        if (handle.IsInvalid)
        {
            throw Failure("directory", directory);
        }

        Sync(handle, "directory", directory);
    }

    private static void Sync(SafeFileHandle handle, string what, string path)
    {
        const int interrupted = 4; // EINTR: nothing has failed yet
        while (Fsync(handle) != 0)
        {
            if (Marshal.GetLastPInvokeError() != interrupted)
            {
                throw Failure(what, path);
            }
        }
    }

    private static string WriteBeside(string path, Action<Stream> write)
    {
        string temporary = path + ".new";
        using var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        write(file);
        Sync(file);
        return temporary;
    }

    private static void SyncDirectoryOf(string path) => SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);

    private static IOException Failure(string what, string path)
    {
        var error = new Win32Exception(Marshal.GetLastPInvokeError());
        return new IOException($"cannot sync {what} {path}: {error.Message}", error);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle file);
}
