using Microsoft.Extensions.Logging;

namespace Sigsum.Log.Diagnostics.Logging;

/// <summary>Connects Microsoft.Extensions.Logging with the queue.</summary>
internal sealed class LineLoggerProvider(LogQueue queue, LineFormatter formatter) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new LineLogger(categoryName, queue, formatter);

    /// <summary>The queue belongs to <see cref="LoggingSetup"/>, which outlives the factory.</summary>
    public void Dispose()
    {
    }

    private sealed class LineLogger(string category, LogQueue queue, LineFormatter formatter) : ILogger
    {
        /// <summary>Scopes are not shown: they would repeat in each line what the events say themselves.</summary>
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        /// <summary>The factory's filter has the say.</summary>
        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> format)
        {
            if (IsEnabled(logLevel))
                queue.Add(logLevel, formatter.Format(
                    category, logLevel, eventId, state, exception, format(state, exception)));
        }
    }
}
