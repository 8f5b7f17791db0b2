using Sigsum.Log.Cli.Options;
using Sigsum.Log.Hosting;

namespace Sigsum.Log.Cli.Verbs;

/// <summary>Runs a primary node until it is told to stop.</summary>
internal sealed class PrimaryVerb : Verb
{
    /// <inheritdoc/>
    public override string Name => "primary";

    /// <inheritdoc/>
    public override string Summary => "run the primary node of a log";

    /// <inheritdoc/>
    public override int UsageExitCode => 1;

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> Options { get; } = [.. OptionCatalog.Node, .. OptionCatalog.PrimaryOnly];

    /// <inheritdoc/>
    public override async Task<int?> RunAsync(OptionValues values, CancellationToken cancellationToken)
    {
        var options = await NodeConfiguration.ReadPrimaryAsync(values, cancellationToken).ConfigureAwait(false);
        if (options is null)
            return null;
        if (NodeConfiguration.TrillianWarning(values) is { } warning)
            await Console.Error.WriteLineAsync($"warning: {warning}").ConfigureAwait(false);
        return await PrimaryProgram.RunAsync(options, cancellationToken).ConfigureAwait(false);
    }
}
