using Sigsum.Log.Cli.Demo;
using Sigsum.Log.Cli.Options;

namespace Sigsum.Log.Cli.Verbs;

/// <summary>Runs a complete log instance on loopback, for trying out.</summary>
internal sealed class DemoVerb : Verb
{
    private static readonly OptionSpec Directory = new("dir", OptionKind.Text, FileTable.None, "dir",
        "Where the instance lives; by default a fresh temporary directory. A directory of an earlier demo is gone on "
        + "with.");

    /// <inheritdoc/>
    public override string Name => "demo";

    /// <inheritdoc/>
    public override string Summary => "run a complete log on this machine, to try it out";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> Options { get; } = [Directory];

    /// <inheritdoc/>
    public override async Task<int?> RunAsync(OptionValues values, CancellationToken cancellationToken) =>
        values.Problems.Count > 0
            ? null
            : await DemoCommand.RunAsync(new OptionReader(values).OptionalText("dir"), cancellationToken);
}
