using Sigsum.Log.Cli.Options;
using Sigsum.Log.Hosting;

namespace Sigsum.Log.Cli.Verbs;

/// <summary>Runs a secondary node until it is told to stop.</summary>
internal sealed class SecondaryVerb : Verb
{
    /// <inheritdoc/>
    public override string Name => "secondary";

    /// <inheritdoc/>
    public override string Summary => "run a secondary node, which replicates the primary's tree";

    /// <inheritdoc/>
    public override int UsageExitCode => 1;

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> Options { get; } =
        [.. OptionCatalog.Node, .. OptionCatalog.SecondaryOnly];

    /// <inheritdoc/>
    public override async Task<int?> RunAsync(OptionValues values, CancellationToken cancellationToken)
    {
        var options = await NodeConfiguration.ReadSecondaryAsync(values, cancellationToken).ConfigureAwait(false);
        if (options is null)
            return null;
        if (NodeConfiguration.TrillianWarning(values) is { } warning)
            await Console.Error.WriteLineAsync($"warning: {warning}").ConfigureAwait(false);
        return await SecondaryProgram.RunAsync(options, cancellationToken).ConfigureAwait(false);
    }
}
