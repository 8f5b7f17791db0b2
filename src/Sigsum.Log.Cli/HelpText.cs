using Sigsum.Log.Cli.Options;
using Sigsum.Log.Cli.Verbs;

namespace Sigsum.Log.Cli;

/// <summary>Help in the form that log-go's programs print: one line of usage, then every option by name.</summary>
internal static class HelpText
{
    private const int Width = 76;
    private const string Indent = "                ";

    /// <summary>What a verb takes.</summary>
    public static async Task WriteAsync(TextWriter output, string calledAs, IEnumerable<OptionSpec> options)
    {
        var sorted = options.OrderBy(option => option.Name, StringComparer.Ordinal).ToList();
        var usage = sorted.Select(option => $"[{Form(option, ' ')}]").Prepend("[-?]").Append("[--version]");
        await output.WriteLineAsync($"Usage: {calledAs} {string.Join(' ', usage)}").ConfigureAwait(false);
        await output.WriteLineAsync(" -?, --help     Display help.").ConfigureAwait(false);
        foreach (var option in sorted)
        {
            await output.WriteLineAsync($"     {Form(option, '=')}").ConfigureAwait(false);
            var text = option.Default.Length > 0 ? $"{option.Help} [{option.Default}]" : option.Help;
            foreach (var line in Wrapped(text))
                await output.WriteLineAsync(Indent + line).ConfigureAwait(false);
        }

        await output.WriteLineAsync("     --version  Display version.").ConfigureAwait(false);
    }

    /// <summary>Which commands there are.</summary>
    public static async Task WriteCommandsAsync(TextWriter output, string calledAs, IEnumerable<Command> commands)
    {
        await output.WriteLineAsync($"Usage: {calledAs} COMMAND [OPTION...]").ConfigureAwait(false);
        foreach (var command in commands)
            await output.WriteLineAsync($"  {command.Name,-11}{command.Summary}").ConfigureAwait(false);
        await output.WriteLineAsync(
            $"'{calledAs} COMMAND --help' lists the options of a command, '{calledAs} --version' tells the version.")
            .ConfigureAwait(false);
    }

    private static string Form(OptionSpec option, char separator) =>
        option.Kind == OptionKind.Flag ? $"--{option.Name}" : $"--{option.Name}{separator}{option.ValueName}";

    private static IEnumerable<string> Wrapped(string text)
    {
        var line = "";
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && Indent.Length + line.Length + 1 + word.Length > Width)
            {
                yield return line;
                line = "";
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        yield return line;
    }
}
