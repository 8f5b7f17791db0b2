using Sigsum.Log.Storage;

namespace Sigsum.Log.KeyShares;

/// <summary>New files that only their owner can read.</summary>
internal static class SecretFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes a file of mode 0600 that is on stable storage when this returns.</summary>
    /// <exception cref="IOException">There is something by that name already, or the disk refused; no new file is
    /// there then.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory cannot be written to.</exception>
    public static void Create(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        using (var file = new FileStream(path, options))
        {
            try
            {
                file.Write(System.Text.Encoding.UTF8.GetBytes(text));
                DurableFile.Sync(file);
            }
            catch
            {
                File.Delete(path);
                throw;
            }
        }

        DurableFile.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }
}
