using System.Reflection;

namespace Sigsum.Log.Cli;

/// <summary>By what name the program was called; log-go's names make it act as log-go's programs.</summary>
internal static class ProgramName
{
    /// <summary>The program's own name; the verb is its first argument.</summary>
    public const string Main = "sigsum-log";

    /// <summary>log-go's primary.</summary>
    public const string Primary = "sigsum-log-primary";

    /// <summary>log-go's secondary.</summary>
    public const string Secondary = "sigsum-log-secondary";

    /// <summary>log-go's tool for startup files.</summary>
    public const string Mktree = "sigsum-mktree";

    /// <summary>
    /// The name that this process was called by. A symbolic link shows in the first argument of the process only, a
    /// copy in the process's path too.
    /// </summary>
    public static string Called => Known(FirstArgument()) ?? Known(Environment.ProcessPath) ?? Main;

    /// <summary>Prints name and version.</summary>
    public static int PrintVersion(string name)
    {
        var assembly = typeof(ProgramName).Assembly;
        var version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        Console.Out.WriteLine($"{name} {version}");
        return 0;
    }

    private static string? Known(string? path) =>
        Path.GetFileName(path) is Primary or Secondary or Mktree ? Path.GetFileName(path) : null;

    /// <summary>The runtime hides argv[0] behind the name of the assembly; Linux still tells.</summary>
    private static string? FirstArgument()
    {
        if (!OperatingSystem.IsLinux())
            return null;
        try
        {
            return File.ReadAllText("/proc/self/cmdline").Split('\0', 2)[0];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null; // No /proc here: the path of the process still tells a copy.
        }
    }
}
