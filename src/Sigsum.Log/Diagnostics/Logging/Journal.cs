namespace Sigsum.Log.Diagnostics.Logging;

/// <summary>
/// Whether standard error goes to systemd's journal. JOURNAL_STREAM names device and inode of the stream that
/// systemd gave to the service; a program that was started by one with its output redirected inherits the variable,
/// so the inode has to be compared (systemd.exec(5)).
/// </summary>
internal static class Journal
{
    public static bool IsStandardError() =>
        IsStream(Environment.GetEnvironmentVariable("JOURNAL_STREAM"), LinkTarget("/proc/self/fd/2"));

    /// <summary><paramref name="descriptor"/> is the link's target, such as <c>socket:[12345]</c>.</summary>
    public static bool IsStream(string? journalStream, string? descriptor)
    {
        int colon = journalStream?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        return colon >= 0 && descriptor == $"socket:[{journalStream![(colon + 1)..]}]";
    }

    private static string? LinkTarget(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
