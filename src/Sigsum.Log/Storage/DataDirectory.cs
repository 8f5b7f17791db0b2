namespace Sigsum.Log.Storage;

/// <summary>
/// A node's data directory, held by this process alone until it is disposed: nothing else may open what is in it.
/// </summary>
/// <remarks>
/// <code>
/// lock     empty; an exclusive lock on it is held by the process that uses the directory, and ends with it
/// format   version=N: written last when a directory is born, so a directory without it was never finished
/// store/   the database
/// rebuild/ a data directory in which the database is being built again; rebuilt/ once that is complete
/// </code>
/// Other parts may keep files of their own here; their names must differ from these.
/// </remarks>
internal sealed class DataDirectory : IDisposable
{
    private const string LockName = "lock";
    private const string FormatName = "format";
    private const string StoreName = "store";
    private const string RebuildName = "rebuild";
    private const string RebuiltName = "rebuilt";

    private readonly FileStream _lock;

    private DataDirectory(string path, FileStream lockFile)
    {
        Path = path;
        _lock = lockFile;
    }

    /// <summary>Full path of the directory.</summary>
    public string Path { get; }

    /// <summary>Where the database is.</summary>
    public string StorePath => System.IO.Path.Combine(Path, StoreName);

    private string FormatPath => System.IO.Path.Combine(Path, FormatName);

    /// <summary>
    /// Whether a node lives in the directory, whole or not. Other files may be there: by default the signed tree
    /// head is, as in log-go.
    /// </summary>
    public static bool Exists(string path) => new[] { LockName, FormatName, StoreName }
        .Any(name => System.IO.Path.Exists(System.IO.Path.Combine(path, name)));

    /// <summary>Throws where <see cref="Create"/> would not make a node; changes nothing.</summary>
    /// <exception cref="StoreException">A node lives there, or was never finished.</exception>
    public static void CheckFree(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        if (!Exists(path))
            return;
        if (!File.Exists(System.IO.Path.Combine(path, FormatName)))
        {
            throw NeverFinished(path);
        }

        throw new StoreException($"a node lives in {path} already: a new node needs a directory of its own. " +
            "Name another directory, or start the node that lives there with 'sigsum-log'");
    }

    /// <summary>Takes a directory where no node lives, to give birth to a node in it. It cannot be opened
    /// before <see cref="MarkComplete"/> has been called.</summary>
    /// <exception cref="StoreException">Something is there already, or the directory cannot be made.</exception>
    public static DataDirectory Create(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        return Guard(path, () =>
        {
            CheckFree(path);
            Directory.CreateDirectory(path);
            return Lock(path, FileMode.CreateNew);
        });
    }

    /// <summary>Takes the directory of a node that exists.</summary>
    /// <exception cref="StoreException">There is none, it was never finished, it has a later format, or another
    /// process uses it.</exception>
    public static DataDirectory Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        return Guard(path, () =>
        {
            if (!Directory.Exists(path) || !Directory.EnumerateFileSystemEntries(path).Any())
            {
                throw new StoreException($"there is no node in {path}. 'sigsum-log init' makes a new one; " +
                    "if there should be one, check the path and whether its disk is mounted");
            }

            if (!File.Exists(System.IO.Path.Combine(path, LockName)))
            {
                throw new StoreException($"{path} is not the data directory of a node: it has no file '{LockName}'. " +
                    "Check the path; 'sigsum-log init' makes a new node in an empty directory");
            }

            var directory = Lock(path, FileMode.Open);
            try
            {
                directory.CheckFormat();
                return directory;
            }
            catch
            {
                directory.Dispose();
                throw;
            }
        });
    }

    /// <summary>Makes the birth of the node durable: from here on the directory can be opened.</summary>
    public void MarkComplete() => Guard(Path, () =>
    {
        DurableFile.Replace(HostDisk.Instance, FormatPath, StoreFormat.WriteVersion(StoreFormat.Version));
        // The directory itself is a name in its parent.
        HostDisk.SyncDirectory(System.IO.Path.GetDirectoryName(Path) ?? Path);
        return true;
    });

    /// <summary>A place to build the database again, without what an earlier attempt has left there.</summary>
    /// <exception cref="StoreException">It cannot be had.</exception>
    public string NewRebuildPath() => Guard(Path, () =>
    {
        foreach (var name in new[] { RebuildName, RebuiltName })
        {
            if (Directory.Exists(PathOf(name)))
                Directory.Delete(PathOf(name), recursive: true);
        }

        return PathOf(RebuildName);
    });

    /// <summary>
    /// Puts the database that was built at <see cref="NewRebuildPath"/>, and is closed, in the place of the one that is there. Broken off
    /// anywhere, it leaves the one or the other, or is completed by the next <see cref="CompleteRebuild"/>.
    /// </summary>
    /// <param name="aside">Name under which the one that was there is kept in the directory.</param>
    /// <exception cref="StoreException">The disk refused.</exception>
    public void ReplaceStore(string aside) => Guard(Path, () =>
    {
        if (System.IO.Path.Exists(PathOf(aside)))
            throw new StoreException($"{PathOf(aside)} is there already: run this again");
        Directory.Move(PathOf(RebuildName), PathOf(RebuiltName));
        HostDisk.SyncDirectory(Path);
        Directory.Move(StorePath, PathOf(aside));
        HostDisk.SyncDirectory(Path);
        return CompleteRebuild();
    });

    /// <summary>Completes a <see cref="ReplaceStore"/> that was broken off after the old database had left its place.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="StoreException">The disk refused.</exception>
    public bool CompleteRebuild() => Guard(Path, () =>
    {
        var rebuilt = System.IO.Path.Combine(PathOf(RebuiltName), StoreName);
        if (Directory.Exists(StorePath) || !Directory.Exists(rebuilt))
            return false;
        Directory.Move(rebuilt, StorePath);
        HostDisk.SyncDirectory(Path);
        Directory.Delete(PathOf(RebuiltName), recursive: true);
        return true;
    });

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private string PathOf(string name) => System.IO.Path.Combine(Path, name);

    private static DataDirectory Lock(string path, FileMode mode)
    {
        string lockPath = System.IO.Path.Combine(path, LockName);
        FileStream file;
        try
        {
            // FileShare.None takes flock(LOCK_EX): it is gone as soon as the process is, however it ends.
            file = new FileStream(lockPath, mode, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (IsHeldByAnother(error))
        {
            throw new StoreException($"{path} is in use by another process, which holds {lockPath}. " +
                "Stop that process first; do not remove the file", error);
        }

        return new DataDirectory(path, file);
    }

    /// <summary>Tells a lock that is taken from a disk that refuses: EWOULDBLOCK of Linux and of BSD, and Windows'
    /// sharing violation.</summary>
    private static bool IsHeldByAnother(IOException error) =>
        error.HResult == (OperatingSystem.IsWindows() ? unchecked((int)0x80070020) : OperatingSystem.IsLinux() ? 11 : 35);

    private static T Guard<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"cannot use data directory {path}: {error.Message}", error);
        }
    }

    private static StoreException NeverFinished(string path) =>
        new($"{path} was never finished: an earlier 'sigsum-log init' was interrupted. " +
            $"Nothing has been logged in it; remove its files '{LockName}' and '{StoreName}' and run 'sigsum-log init' " +
            "again");

    private void CheckFormat()
    {
        if (!File.Exists(FormatPath))
        {
            throw NeverFinished(Path);
        }

        ulong version = StoreFormat.ReadVersion(File.ReadAllBytes(FormatPath));
        if (version > StoreFormat.Version)
        {
            throw new StoreException($"{Path} has format version {version}, made by a later version of this program; " +
                $"this one knows versions up to {StoreFormat.Version}. Use the later program");
        }

        if (version < StoreFormat.Version)
        {
            throw new StoreException($"{Path} has format version {version}, which was never released");
        }
    }
}
