using Microsoft.Extensions.Logging;
using Process = Sigsum.Log.Simulation.Machine.Process;

namespace Sigsum.Log.Simulation.Checking;

/// <summary>Puts the log lines of a process into the story.</summary>
internal sealed class StoryLoggers(Story story, Process process) : ILoggerFactory, ILogger
{
    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => this;

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    /// <inheritdoc/>
    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            story.Tell(process.Host, $"| {formatter(state, exception)}{(exception is null ? "" : ": " + exception.Message)}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
