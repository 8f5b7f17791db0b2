using Sigsum.Log.Cli.Options;
using Sigsum.Log.Hosting;

namespace Sigsum.Log.Cli.Verbs;

/// <summary>Runs a node in the role that its directory has, with the options of both, until it is told to stop.</summary>
internal sealed class NodeVerb : Verb
{
    /// <inheritdoc/>
    public override string Name => "node";

    /// <inheritdoc/>
    public override string Summary => "run a node in the role that its directory has, and change roles";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> Options { get; } =
        [.. OptionCatalog.Node, .. OptionCatalog.PrimaryOnly, OptionCatalog.SigningKeyFile, .. OptionCatalog.SecondaryOnly];

    /// <inheritdoc/>
    public override async Task<int?> RunAsync(OptionValues values, CancellationToken cancellationToken)
    {
        var signingKey = new OptionReader(values).OptionalText("signing-key-file");
        if (signingKey is null)
        {
            values.AddProblem("signing-key-file", "is missing; write --signing-key-file=FILE with the log's key, and --key-file=FILE "
                + "with this node's own");
        }

        var primary = await NodeConfiguration.ReadPrimaryAsync(values, cancellationToken);
        var secondary = await NodeConfiguration.ReadSecondaryAsync(values, cancellationToken, changesRoles: true);
        if (primary is { Node.Backend: Backend.Ephemeral })
            values.AddProblem("backend", "a node that changes roles keeps its tree: write --backend=embedded");
        if (primary is null || secondary is null || signingKey is null || values.Problems.Count > 0)
            return null;
        var program = new EitherProgram(
            primary with { ChangesRoles = true, Node = primary.Node with { KeyFile = signingKey } },
            secondary with { SigningKeyFile = signingKey });
        return await program.RunAsync(cancellationToken);
    }
}
