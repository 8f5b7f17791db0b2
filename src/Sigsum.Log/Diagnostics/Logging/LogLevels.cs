using Microsoft.Extensions.Logging;

namespace Sigsum.Log.Diagnostics.Logging;

/// <summary>The names of <c>--log-level</c>. log-go takes "fatal" too, although its help does not say so.</summary>
internal static class LogLevels
{
    /// <summary>What the help shows.</summary>
    public const string Names = "debug, info, warning, error";

    public static bool TryParse(string name, out LogLevel level)
    {
        LogLevel? parsed = name switch
        {
            "debug" => LogLevel.Debug,
            "info" => LogLevel.Information,
            "warning" => LogLevel.Warning,
            "error" => LogLevel.Error,
            "fatal" => LogLevel.Critical,
            _ => null,
        };
        level = parsed ?? LogLevel.None;
        return parsed is not null;
    }

    public static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        _ => "fatal",
    };
}
