using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Sigsum.Log.Diagnostics.Logging;

/// <summary>
/// One event, one line: <c>time=... level=... source=... event=... msg="..." key=value...</c>. The journal has a
/// time of its own, and takes the level from a prefix <c>&lt;N&gt;</c> (sd-daemon(3)).
/// </summary>
internal sealed class LineFormatter(TimeProvider time, bool journal)
{
    private const string OwnNamespace = "Sigsum.";
    private const string TemplateKey = "{OriginalFormat}";

    public string Format<TState>(
        string category, LogLevel level, EventId id, TState state, Exception? exception, string message)
    {
        var line = new StringBuilder(256);
        if (journal)
            line.Append('<').Append(Priority(level)).Append('>');
        else
            LogText.AppendField(line, "time", Timestamp(time.GetUtcNow()));
        LogText.AppendField(line, "level", LogLevels.NameOf(level));
        LogText.AppendField(line, "source", ShortName(category));
        if (id.Name is { Length: > 0 } name)
            LogText.AppendField(line, "event", name);
        LogText.AppendField(line, "msg", message);
        if (state is IReadOnlyList<KeyValuePair<string, object?>> fields)
        {
            foreach ((string key, object? value) in fields)
            {
                if (key != TemplateKey)
                    LogText.AppendField(line, LogText.FieldName(key), Text(value));
            }
        }
        if (exception is not null)
            AppendException(line, level, exception);
        return line.Append('\n').ToString();
    }

    /// <summary>RFC 3339, UTC, milliseconds.</summary>
    public static string Timestamp(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The type's name for categories of ours, the whole name for those of others.</summary>
    private static string ShortName(string category) =>
        category.StartsWith(OwnNamespace, StringComparison.Ordinal) ? category[(category.LastIndexOf('.') + 1)..] : category;

    private static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        DateTimeOffset moment => Timestamp(moment),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    /// <summary>The chain of messages; the stack as well where it is an error, since then somebody has to look.</summary>
    private static void AppendException(StringBuilder line, LogLevel level, Exception exception)
    {
        var chain = new List<string>();
        for (Exception? e = exception; e is not null && chain.Count < 8; e = e.InnerException)
            chain.Add($"{e.GetType().Name}: {e.Message}");
        LogText.AppendField(line, "error", string.Join(" <- ", chain));
        if (level >= LogLevel.Error && exception.StackTrace is { } stack)
            LogText.AppendField(line, "stack", stack);
    }

    private static char Priority(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => '7',
        LogLevel.Information => '6',
        LogLevel.Warning => '4',
        LogLevel.Error => '3',
        _ => '2',
    };
}
