using System.Runtime.InteropServices;
using Sigsum.Log.Cli.Options;
using Sigsum.Log.Cli.Verbs;
using Sigsum.Log.Cli.Verbs.Failover;

namespace Sigsum.Log.Cli;

/// <summary>From arguments to the verb that they name, and from its outcome to an exit code.</summary>
internal static class Dispatcher
{
    /// <summary>All commands, as they are listed.</summary>
    public static IReadOnlyList<Command> Commands { get; } =
    [
        new PrimaryVerb(), new SecondaryVerb(), new NodeVerb(), new MktreeVerb(), new InitVerb(), new StatusVerb(),
        new PromoteVerb(), new SwitchoverVerb(), new RejoinVerb("rejoin"), new RejoinVerb("demote"), new RecoverVerb(),
        TreeVerbs.Group, new DrillVerb(), new VerifyVerb(), KeyVerbs.Group, new DemoVerb(),
    ];

    /// <summary>
    /// Runs the program as if called by <paramref name="name"/>; returns the exit code: 0, 1, or for wrong usage that of
    /// the verb, or 2.
    /// </summary>
    public static Task<int> RunAsync(string name, string[] arguments) => name switch
    {
        ProgramName.Primary => RunAsync(new PrimaryVerb(), name, arguments),
        ProgramName.Secondary => RunAsync(new SecondaryVerb(), name, arguments),
        ProgramName.Mktree => RunAsync(new MktreeVerb(), name, arguments),
        _ => RunFirstArgumentAsync(name, Commands, arguments),
    };

    private static async Task<int> RunFirstArgumentAsync(
        string calledAs, IReadOnlyList<Command> commands, string[] arguments)
    {
        switch (arguments)
        {
            case ["--help" or "-?" or "help", ..]:
                await HelpText.WriteCommandsAsync(Console.Out, calledAs, commands).ConfigureAwait(false);
                return 0;
            case ["--version", ..]:
                return ProgramName.PrintVersion(calledAs);
        }

        var command = arguments is [var first, ..] ? commands.FirstOrDefault(command => command.Name == first) : null;
        switch (command)
        {
            case Verb verb:
                return await RunAsync(verb, $"{calledAs} {verb.Name}", arguments[1..]).ConfigureAwait(false);
            case VerbGroup group:
                return await RunFirstArgumentAsync($"{calledAs} {group.Name}", group.Verbs, arguments[1..]).ConfigureAwait(false);
        }

        var problem = arguments is [var unknown, ..] ? $"'{unknown}' is not a command" : "a command is missing";
        await Console.Error.WriteLineAsync($"{calledAs}: {problem}; write one of these:").ConfigureAwait(false);
        await HelpText.WriteCommandsAsync(Console.Error, calledAs, commands).ConfigureAwait(false);
        if (arguments.Contains($"--{OptionCatalog.Json.Name}"))
            Report.PrintError("usage", [problem]);
        return 2;
    }

    private static async Task<int> RunAsync(Verb verb, string calledAs, string[] arguments)
    {
        var line = CommandLine.Read(arguments, verb.Options);
        if (line.Help)
        {
            await HelpText.WriteAsync(Console.Out, calledAs, verb.Options).ConfigureAwait(false);
            return 0;
        }

        if (line.Version)
            return ProgramName.PrintVersion(calledAs);

        if (verb.Options.Contains(OptionCatalog.Config))
            ConfigFile.ReadInto(line.Values, Environment.GetEnvironmentVariable(ConfigFile.Variable));
        using var stop = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        var outcome = await verb.RunAsync(line.Values, stop.Token).ConfigureAwait(false);
        if (outcome is { } exitCode)
            return exitCode;

        foreach (var problem in line.Values.Problems)
            await Console.Error.WriteLineAsync($"{calledAs}: {problem}").ConfigureAwait(false);
        if (verb.Options.Contains(OptionCatalog.Json) && new OptionReader(line.Values).Flag(OptionCatalog.Json.Name))
            Report.PrintError("usage", line.Values.Problems.Select(problem => problem.ToString()));
        return verb.UsageExitCode;

        // The first signal asks for a clean stop; a second one is left to end the process as it always does.
        void Cancel(PosixSignalContext signal)
        {
            signal.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        }
    }
}
