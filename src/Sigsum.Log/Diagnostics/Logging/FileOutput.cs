namespace Sigsum.Log.Diagnostics.Logging;

/// <summary>A file that is appended to, and opened again by name once logrotate has moved it away.</summary>
internal sealed class FileOutput : ILogOutput
{
    private readonly string _path;
    private FileStream _file;

    /// <exception cref="IOException">The file cannot be opened.</exception>
    public FileOutput(string path)
    {
        _path = Path.GetFullPath(path);
        _file = Open(_path);
    }

    public void Write(ReadOnlySpan<byte> lines) => _file.Write(lines);

    public void Reopen()
    {
        FileStream opened = Open(_path);
        _file.Dispose();
        _file = opened;
    }

    public void Dispose() => _file.Dispose();

    private static FileStream Open(string path)
    {
        try
        {
            // unbuffered: the queue already writes as many lines at once as there are
            return new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Append,
                Access = FileAccess.Write,
                Share = FileShare.ReadWrite | FileShare.Delete,
                BufferSize = 0,
            });
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(e.Message, e);
        }
    }
}
