namespace Sigsum.Testing;

/// <summary>
/// A fresh folder that goes away with the test. Set SIGSUM_KEEP_TEMP=1 to keep them, to look at what a test left.
/// </summary>
public sealed class TempDirectory : IDisposable
{
    private static readonly bool Keep = Environment.GetEnvironmentVariable("SIGSUM_KEEP_TEMP") is "1";

    public TempDirectory() => FullName = Directory.CreateTempSubdirectory("sigsum-test-").FullName;

    public string FullName { get; }

    /// <summary>The path of a file or folder in this one; nothing is created.</summary>
    public string PathOf(string name) => Path.Combine(FullName, name);

    /// <summary>Writes a text file and returns its path.</summary>
    public string Write(string name, string content)
    {
        string path = PathOf(name);
        File.WriteAllText(path, content);
        return path;
    }

    public void Dispose()
    {
        if (Keep)
            return;
        try
        {
            Directory.Delete(FullName, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // The test removed it; that is fine.
        }
    }
}
