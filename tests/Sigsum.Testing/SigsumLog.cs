namespace Sigsum.Testing;

/// <summary>
/// The program under test. A test project that references src/Sigsum.Log.Cli has the executable in its own output
/// folder, so building the tests builds the program that they run.
/// </summary>
public static class SigsumLog
{
    /// <summary>Full path of <c>sigsum-log</c>. Throws when the test project does not reference the program.</summary>
    public static string Executable { get; } = Find();

    private static string Find()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "sigsum-log");
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException($"{path} is not there: reference src/Sigsum.Log.Cli in the test project.");
    }
}
