using Sigsum.Log.Cli.Options;
using Sigsum.Log.Failover;
using Sigsum.Log.Signing;
using Sigsum.Policy;

namespace Sigsum.Log.Cli.Verbs.Failover;

/// <summary>Makes a stopped secondary its log's primary; docs/operating/failover.md is the runbook.</summary>
internal sealed class PromoteVerb : OperatorVerb
{
    /// <inheritdoc/>
    public override string Name => "promote";

    /// <inheritdoc/>
    public override string Summary => "make a stopped secondary the primary of its log";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> Options { get; } =
    [
        OptionCatalog.Config, OptionCatalog.DataDir, OptionCatalog.SthFile, OptionCatalog.KeyFile,
        OptionCatalog.SigningKeyFile, OptionCatalog.Named("policy-file"), OptionCatalog.Named("primary-url"),
        OptionCatalog.Named("timeout"), .. OptionCatalog.InternalTls, OptionCatalog.LostNode, FailoverOptions.NodeUrl,
        FailoverOptions.FencePrimary, FailoverOptions.WithoutRoster, FailoverOptions.LocalTree, .. OptionCatalog.OfChanges,
    ];

    /// <inheritdoc/>
    public override Task<int?> RunAsync(OptionValues values, CancellationToken cancellationToken)
    {
        var read = new OptionReader(values);
        var dataDir = read.Text("data-dir", OptionCatalog.DataDir.Default);
        var keyFile = read.OptionalText("signing-key-file") ?? read.OptionalText("key-file");
        if (keyFile is null)
            values.AddProblem("key-file", "is missing; write --key-file=FILE with the log's key, or a pkcs11: URI");
        var policyFile = read.OptionalText("policy-file");
        var (lostIds, lostUrls) = FailoverOptions.ReadLost(values);
        var options = new PromotionOptions
        {
            SthFile = read.Text("sth-file", OptionCatalog.SthFile.Default),
            PrimaryUrl = read.Url("primary-url"),
            NodeUrl = read.Url(FailoverOptions.NodeUrl.Name),
            FencePrimary = read.Flag(FailoverOptions.FencePrimary.Name),
            WithoutRoster = read.Flag(FailoverOptions.WithoutRoster.Name),
            LostNodes = lostIds,
            LostUrls = lostUrls,
            LocalTree = read.Flag(FailoverOptions.LocalTree.Name),
            DryRun = read.Flag("dry-run"),
            Node = NodeConfiguration.ReadConnection(read, values),
        };
        var agree = Asker(read);
        var json = read.Flag("json");
        return values.Problems.Count > 0 || keyFile is null
            ? Task.FromResult<int?>(null)
            : RefusalsInWordsAsync(json, async () =>
            {
                using var key = await KeyFile.OpenAsync(keyFile, null, cancellationToken);
                using var store = OpenToChange(dataDir, options.DryRun);
                var policy = policyFile is null
                    ? null
                    : TrustPolicy.Parse(await File.ReadAllBytesAsync(policyFile, cancellationToken));
                var promotion = new Promotion(options with { Policy = policy }, store, key.Signer, Services, agree);
                Report.Print(await promotion.RunAsync(cancellationToken), json, options.DryRun);
                return 0;
            });
    }
}
