namespace Sigsum.Log.Tests.Storage;

/// <summary>A new directory that is removed at the end.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("sigsum-log-test-").FullName;

    public string Sub(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Copies a tree of files as it is now: of a store that is open, what a kill would leave behind.</summary>
    public static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from))
        {
            // File.Copy would respect the lock; a crash does not.
            if (new FileInfo(file).Length == 0)
            {
                File.Create(System.IO.Path.Combine(to, System.IO.Path.GetFileName(file))).Dispose();
            }
            else
            {
                File.Copy(file, System.IO.Path.Combine(to, System.IO.Path.GetFileName(file)));
            }
        }

        foreach (string directory in Directory.GetDirectories(from))
        {
            Copy(directory, System.IO.Path.Combine(to, System.IO.Path.GetFileName(directory)));
        }
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
