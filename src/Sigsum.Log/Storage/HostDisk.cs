using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sigsum.Log.Storage;

/// <summary>The file system of the machine.</summary>
internal sealed partial class HostDisk : IDisk
{
    private HostDisk()
    {
    }

    /// <summary>The one there is.</summary>
    public static HostDisk Instance { get; } = new();

    /// <inheritdoc/>
    public bool Exists(string path) => File.Exists(path);

    /// <inheritdoc/>
    public Stream OpenRead(string path) => File.OpenRead(path);

    /// <inheritdoc/>
    public Stream Create(string path) =>
        new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);

    /// <inheritdoc/>
    public void Sync(Stream file) => Sync((FileStream)file);

    /// <inheritdoc/>
    public void Move(string path, string to, bool overwrite) => File.Move(path, to, overwrite);

    /// <inheritdoc/>
    public void Delete(string path) => File.Delete(path);

    /// <inheritdoc/>
    public void SyncDirectoryOf(string path) => SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);

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

    /// <summary>Makes the names in a directory durable.</summary>
    public static void SyncDirectory(string directory)
    {
        // Windows has no such call and does not need it: NTFS journals its names.
        if (OperatingSystem.IsWindows())
            return;

        const int readOnly = 0;
        using SafeFileHandle handle = Open(directory, readOnly);
        if (handle.IsInvalid)
            throw Failure("directory", directory);
        Sync(handle, "directory", directory);
    }

    private static void Sync(SafeFileHandle handle, string what, string path)
    {
        const int interrupted = 4; // EINTR: nothing has failed yet
        while (Fsync(handle) != 0)
        {
            if (Marshal.GetLastPInvokeError() != interrupted)
                throw Failure(what, path);
        }
    }

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
