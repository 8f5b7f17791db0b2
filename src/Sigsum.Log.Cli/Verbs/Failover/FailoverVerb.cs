using Microsoft.Extensions.Logging;
using Sigsum.Client;
using Sigsum.Log.Cli.Options;
using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Log.Http;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Cli.Verbs.Failover;

/// <summary>
/// A command of failover: exit code 0 when it is done or there was nothing to do, 1 when it refuses and has changed nothing
/// but what it says, 2 for wrong usage.
/// </summary>
internal abstract class FailoverVerb : Verb
{
    /// <inheritdoc/>
    public override int UsageExitCode => 2;

    /// <summary>Clock, log and metrics for a command: what is worth a line goes to standard error.</summary>
    protected static NodeServices Services { get; } = NodeServices.Create(TimeProvider.System, new ErrorLines());

    /// <summary>Runs an action and says in one line why it refuses.</summary>
    protected async Task<int?> RefusalsInWordsAsync(Func<Task<int?>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception error) when (error is FailoverException or StoreException or StartupException or SupersededException
            or KeyFileException or SignerException or SigsumFormatException or LogClientException or IOException
            or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"{ProgramName.Main} {Name}: {error.Message}");
            return 1;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"{ProgramName.Main} {Name}: interrupted; run it again to complete it");
            return 1;
        }
    }

    /// <summary>Asks the operator, unless --yes has answered.</summary>
    protected static Func<string, Task<bool>> Asker(OptionReader read)
    {
        var yes = read.Flag(FailoverOptions.Yes.Name);
        return question => Task.FromResult(yes || Ask(question));
    }

    /// <summary>Reaches other nodes, as a node does; what they tell of promotions is not kept.</summary>
    protected static InternalNetwork Reach(NodeOptions connection)
    {
        var scratch = new MemoryLogStore(StoreIdentity.ForNew(NodeRole.Secondary, TreeType.PreorderedLog, null));
        return InternalNetwork.Open(connection, new Succession(scratch, Services), Services);
    }

    /// <summary>Opens a node's directory; says what to do when the node runs.</summary>
    protected static RocksDbLogStore Open(string dataDir) => RocksDbLogStore.Open(dataDir);

    private static bool Ask(string question)
    {
        if (Console.IsInputRedirected)
            throw new FailoverException($"{question} Nobody can be asked here: write --yes");
        Console.Error.Write($"{question} [y/N] ");
        return Console.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }

    /// <summary>Warnings of the code underneath, as lines on standard error.</summary>
    private sealed class ErrorLines : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                Console.Error.WriteLine(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}
