using System.Reflection;

namespace Sigsum.Log.Hosting;

/// <summary>The version of this software, as `--version` and the information page show it.</summary>
internal static class ProgramVersion
{
    /// <summary>For example 1.2.3+abcdef.</summary>
    public static string Text { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? "unknown";
}
