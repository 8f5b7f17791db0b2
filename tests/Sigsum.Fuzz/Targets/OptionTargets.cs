using Sigsum.Log.Cli.Options;
using Sigsum.Log.Hosting;
using static Sigsum.Fuzz.FuzzTarget;

namespace Sigsum.Fuzz.Targets;

/// <summary>Configuration file, command line, and the values of options.</summary>
internal static class OptionTargets
{
    public static IEnumerable<FuzzTarget> All =>
    [
        Of("config-file", input =>
        {
            var values = new OptionValues();
            ConfigFile.Parse(Text.File(input), "file", values);
            return values;
        }, (_, values) => ReadAll(values)),
        Of("command-line", input => CommandLine.Read(Text.File(input).Split('\n'), OptionCatalog.All), (_, line) =>
            ReadAll(line.Values)),
        Of("duration", input => GoDuration.TryParse(Text.File(input), out var value) ? value : (TimeSpan?)null, (_, value) =>
            Must.Hold(
                value is not { } known || (GoDuration.TryParse(GoDuration.Format(known), out var second) && second == known),
                "it is read again as it was")),
        Of("host-port", input => HostPort.Parse(Text.File(input)), (_, value) =>
            Must.Hold(HostPort.Parse(value.ToString()) == value, "it is read again as it was"), typeof(FormatException)),
    ];

    /// <summary>Every kind of value, by an option that has it; nothing is opened.</summary>
    private static void ReadAll(OptionValues values)
    {
        var read = new OptionReader(values);
        read.Number("scrub-rate", 1);
        read.Duration("timeout", TimeSpan.Zero);
        read.Endpoint("external-endpoint", default);
        read.Level("log-level", default);
        read.Backend("backend", default);
        read.Urls("secondary-url");
        read.Url("primary-url");
        read.NodeIds("lost-node");
        read.Flag("no-secondary");
        Must.Hold(values.Problems.All(problem => problem.Message.Length > 0), "a problem says what it is");
    }
}
