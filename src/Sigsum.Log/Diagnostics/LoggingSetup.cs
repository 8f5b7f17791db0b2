using Microsoft.Extensions.Logging;
using Sigsum.Log.Diagnostics.Logging;

namespace Sigsum.Log.Diagnostics;

/// <summary>
/// The log of a process: <see cref="Factory"/> makes the loggers, <see cref="Reopen"/> is for SIGHUP, disposing
/// writes what is left. To be disposed last.
/// </summary>
internal sealed class LoggingSetup : IDisposable
{
    private readonly LogQueue _queue;

    private LoggingSetup(ILoggerFactory factory, LogQueue queue)
    {
        Factory = factory;
        _queue = queue;
    }

    public ILoggerFactory Factory { get; }

    /// <summary>Lines lost to a full queue or a failing output.</summary>
    public long DroppedLines => _queue.Dropped;

    /// <summary>
    /// Starts the log. <paramref name="logFile"/> is appended to; null or empty is standard error, in the journal's
    /// form if that is where it goes.
    /// </summary>
    /// <exception cref="ArgumentException">The level is none of <see cref="LogLevels.Names"/>.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static LoggingSetup Create(string level, string? logFile, TimeProvider time)
    {
        if (!LogLevels.TryParse(level, out LogLevel minimum))
            throw new ArgumentException($"unknown log level \"{level}\": use one of {LogLevels.Names}", nameof(level));
        return Create(minimum, logFile, time);
    }

    /// <summary>As <see cref="Create(string, string?, TimeProvider)"/>, with the level as it was parsed earlier.</summary>
    public static LoggingSetup Create(LogLevel minimum, string? logFile, TimeProvider time)
    {
        return string.IsNullOrEmpty(logFile)
            ? Create(minimum, new StandardErrorOutput(), new LineFormatter(time, Journal.IsStandardError()))
            : Create(minimum, new FileOutput(logFile), new LineFormatter(time, journal: false));
    }

    /// <summary>As <see cref="Create(string, string?, TimeProvider)"/>, with any output.</summary>
    public static LoggingSetup Create(
        LogLevel minimum, ILogOutput output, LineFormatter formatter, int capacity = LogQueue.DefaultCapacity)
    {
        LogQueue queue = LogQueue.Start(output, formatter, capacity);
        // what the framework says below warning is about its own workings; at debug it may say what requests there are
        LogLevel framework = minimum <= LogLevel.Debug ? LogLevel.Information
            : minimum > LogLevel.Warning ? minimum : LogLevel.Warning;
        ILoggerFactory factory = LoggerFactory.Create(logging => logging
            .SetMinimumLevel(minimum)
            .AddFilter("Microsoft", framework)
            .AddFilter("System", framework)
            .AddProvider(new LineLoggerProvider(queue, formatter)));
        return new LoggingSetup(factory, queue);
    }

    /// <summary>Opens the log file by its name again, after a rotation. Does nothing for standard error.</summary>
    public void Reopen() => _queue.Reopen();

    /// <summary>Waits until everything logged so far is written, before the process is ended on purpose.</summary>
    public bool Flush(TimeSpan patience) => _queue.Flush(patience);

    public void Dispose()
    {
        Factory.Dispose();
        _queue.Dispose();
    }
}
