namespace Sigsum.Log.Cli.Options;

/// <summary>
/// Reads arguments as GNU getopt_long and log-go do: <c>--name=value</c>, <c>--name value</c>, flags with or without
/// <c>=true</c>, the last value counts, and the argument after a name is its value whatever it looks like.
/// </summary>
/// <remarks>
/// docs/decisions/0012-command-line.md says why this is not done by a library. Two differences from log-go, both on the
/// strict side: reading goes on after an error, and an argument that belongs to no option is an error, not the end.
/// </remarks>
internal sealed class CommandLine
{
    private CommandLine(OptionValues values) => Values = values;

    /// <summary>What was written.</summary>
    public OptionValues Values { get; }

    /// <summary>Whether help was asked for.</summary>
    public bool Help { get; private set; }

    /// <summary>Whether the version was asked for.</summary>
    public bool Version { get; private set; }

    /// <summary>Reads arguments; whatever is wrong is noted in <see cref="Values"/>.</summary>
    public static CommandLine Read(ReadOnlySpan<string> arguments, IEnumerable<OptionSpec> options)
    {
        var specs = options.ToDictionary(option => option.Name);
        var line = new CommandLine(new OptionValues());
        for (var i = 0; i < arguments.Length; i++)
        {
            var argument = arguments[i];
            if (argument is "-?")
                line.Help = true;
            else if (!argument.StartsWith("--", StringComparison.Ordinal) || argument is "--" or ['-', '-', '=', ..])
                line.Values.AddProblem("", $"'{argument}' belongs to no option; options begin with two dashes");
            else if (line.TakesNext(argument[2..], specs, arguments[(i + 1)..]))
                i++;
        }

        return line;
    }

    /// <summary>Reads one option; whether it used up the argument after it.</summary>
    private bool TakesNext(string argument, Dictionary<string, OptionSpec> specs, ReadOnlySpan<string> rest)
    {
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? argument : argument[..equals];
        var value = equals < 0 ? null : argument[(equals + 1)..];
        if (name is "help" or "version")
        {
            if (value is null or "true")
                (Help, Version) = (Help || name == "help", Version || name == "version");
            else if (value is not "false")
                Values.AddProblem(name, $"'{value}' is neither true nor false");
            return false;
        }

        if (!specs.TryGetValue(name, out var spec))
        {
            Values.AddProblem(name, "is not an option of this program; write one of those that --help lists");
            return false;
        }

        if (value is not null || spec.Kind == OptionKind.Flag)
        {
            Values.AddFromCommandLine(name, value ?? "true");
            return false;
        }

        if (rest.IsEmpty)
        {
            Values.AddProblem(name, $"needs a value; write --{name}={spec.ValueName.ToUpperInvariant()}");
            return false;
        }

        Values.AddFromCommandLine(name, rest[0]);
        return true;
    }
}
