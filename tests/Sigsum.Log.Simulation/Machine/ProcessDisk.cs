using Sigsum.Log.Storage;

namespace Sigsum.Log.Simulation.Machine;

/// <summary>The small files of a host, as one process reaches them.</summary>
/// <param name="files">The files.</param>
/// <param name="process">Who reaches them.</param>
/// <param name="fate">What becomes of a write, by its name.</param>
internal sealed class ProcessDisk(Func<FileTable> files, Process process, Func<string, DiskWrite> fate) : IDisk
{
    /// <inheritdoc/>
    public bool Exists(string path)
    {
        process.MustBeAlive();
        return files().Find(path) is not null;
    }

    /// <inheritdoc/>
    public Stream OpenRead(string path)
    {
        process.MustBeAlive();
        return new MemoryStream(
            files().Find(path)?.Content ?? throw new FileNotFoundException($"there is no file {path}"), writable: false);
    }

    /// <inheritdoc/>
    public Stream Create(string path)
    {
        var file = new FileData();
        Do($"create {path}", () => files().Change(path, file));
        return new Writer(this, path, file);
    }

    /// <inheritdoc/>
    public void Sync(Stream file)
    {
        var writer = (Writer)file;
        Do($"sync {writer.Path}", writer.File.Sync);
    }

    /// <inheritdoc/>
    public void Move(string path, string to, bool overwrite)
    {
        process.MustBeAlive();
        if (!overwrite && files().Find(to) is not null)
            throw new IOException($"there is a file {to} already");
        Do($"rename {path} to {to}", () => files().Move(path, to));
    }

    /// <inheritdoc/>
    public void Delete(string path)
    {
        process.MustBeAlive();
        if (files().Find(path) is not null)
            Do($"remove {path}", () => files().Change(path, null));
    }

    /// <inheritdoc/>
    public void SyncDirectoryOf(string path) => Do($"sync the directory of {path}", () => files().SyncNames());

    private void Do(string what, Action write)
    {
        process.MustBeAlive();
        fate(what).Meet(process, write, () => new IOException($"simulated: an error came back for: {what}"));
    }

    private sealed class Writer(ProcessDisk disk, string path, FileData file) : MemoryStream
    {
        public string Path => path;

        public FileData File => file;

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            var bytes = buffer.ToArray();
            disk.Do($"write {path}", () => file.Append(bytes));
        }
    }
}
