namespace Sigsum.Log.Storage;

/// <summary>
/// A file system as far as small files need it, with its steps one by one: what was written is lost in a crash until the
/// file is synced, and a name until its directory is.
/// </summary>
/// <remarks>All calls fail with <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</remarks>
internal interface IDisk
{
    /// <summary>Whether there is a file.</summary>
    bool Exists(string path);

    /// <summary>Opens a file to read it.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    Stream OpenRead(string path);

    /// <summary>Makes an empty file, in the place of any that is there, and opens it to write.</summary>
    Stream Create(string path);

    /// <summary>Makes what was written to a file of <see cref="Create"/> durable.</summary>
    void Sync(Stream file);

    /// <summary>Gives a file another name.</summary>
    void Move(string path, string to, bool overwrite);

    /// <summary>Removes a file, if it is there.</summary>
    void Delete(string path);

    /// <summary>Makes the names in the directory of a file durable: files created, renamed or removed in it.</summary>
    void SyncDirectoryOf(string path);
}
