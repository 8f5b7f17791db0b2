namespace Sigsum.Testing;

/// <summary>Where the checkout is that the running tests were built from.</summary>
public static class Repository
{
    /// <summary>The folder that holds Sigsum.slnx, found by walking up from the test program.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A path below <see cref="Root"/>.</summary>
    public static string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Sigsum.slnx")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"No Sigsum.slnx above {AppContext.BaseDirectory}.");
    }
}
