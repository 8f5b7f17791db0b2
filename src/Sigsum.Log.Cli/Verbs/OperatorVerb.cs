using Sigsum.Client;
using Sigsum.Log.Cli.Options;
using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Log.Http;
using Sigsum.Log.KeyShares;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Cli.Verbs;

/// <summary>
/// A command of an operator: exit code 0 when it is done or there was nothing to do, 1 when it refuses and has changed nothing
/// but what it says, 2 for wrong usage. With <c>--json</c> standard output is one JSON document, in all of these cases.
/// </summary>
internal abstract class OperatorVerb : Verb
{
    /// <summary>As it is written on the command line.</summary>
    protected virtual string FullName => Name;

    /// <summary>Clock, log and metrics for a command: what is worth a line goes to standard error.</summary>
    protected static NodeServices Services { get; } = NodeServices.Create(TimeProvider.System, new ErrorLines());

    /// <summary>Runs an action and says in one line why it refuses.</summary>
    protected async Task<int?> RefusalsInWordsAsync(bool json, Func<Task<int?>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception error) when (error is FailoverException or StoreException or StartupException or SupersededException
            or KeyFileException or KeyShareException or SignerException or SigsumFormatException or LogClientException
            or HttpRequestException or IOException or UnauthorizedAccessException)
        {
            return await FailAsync(json, "refused", error.Message);
        }
        catch (OperationCanceledException)
        {
            return await FailAsync(json, "interrupted", "interrupted; run it again to complete it");
        }
    }

    /// <summary>Asks the operator, unless --yes has answered.</summary>
    protected static Func<string, Task<bool>> Asker(OptionReader read)
    {
        var yes = read.Flag(OptionCatalog.Yes.Name);
        return question => Task.FromResult(yes || Ask(question));
    }

    /// <summary>Reaches other nodes, as a node does; what they tell of promotions is not kept.</summary>
    protected static InternalNetwork Reach(NodeOptions connection) =>
        InternalNetwork.Open(connection, Succession.OfNobody(Services), Services);

    /// <summary>Opens the directory of a stopped node to look at it: no file in it changes.</summary>
    protected static RocksDbLogStore Open(string dataDir) => RocksDbLogStore.OpenReadOnly(dataDir);

    /// <summary>Opens the directory of a stopped node to change it; in a dry run, only to look at it.</summary>
    protected static RocksDbLogStore OpenToChange(string dataDir, bool dryRun) =>
        dryRun ? Open(dataDir) : RocksDbLogStore.Open(dataDir);

    private static bool Ask(string question)
    {
        if (Console.IsInputRedirected)
            throw new FailoverException($"{question} Nobody can be asked here: write --yes");
        Console.Error.Write($"{question} [y/N] ");
        return Console.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }

    private async Task<int?> FailAsync(bool json, string kind, string why)
    {
        await Console.Error.WriteLineAsync($"{ProgramName.Main} {FullName}: {why}");
        if (json)
            Report.PrintError(kind, [why]);
        return 1;
    }
}
