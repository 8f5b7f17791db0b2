using System.Collections.Immutable;
using Sigsum.Log.Hosting;

namespace Sigsum.Log.Cli.Options;

/// <summary>Makes a node's options from what was written, and notes all that is wrong with them.</summary>
internal static class NodeConfiguration
{
    /// <summary>
    /// What log-go has for Trillian and this program takes without using it; null if nothing was written.
    /// </summary>
    public static string? TrillianWarning(OptionValues values)
    {
        var written = OptionCatalog.Node.Where(option => option.Ignored && values.Last(option.Name) is not null)
            .Select(option => values.Last(option.Name)?.Place is { } place ? $"{option.Name} ({place})" : option.Name);
        var names = string.Join(" and ", written);
        return names.Length == 0 ? null : $"ignoring {names}: there is no Trillian server, remove it";
    }

    /// <summary>A primary's options; null where <see cref="OptionValues.Problems"/> says why there are none.</summary>
    public static async Task<PrimaryOptions?> ReadPrimaryAsync(OptionValues values, CancellationToken cancellationToken)
    {
        var read = new OptionReader(values);
        var defaults = new PrimaryOptions { Node = new() { KeyFile = "" } };
        var options = defaults with
        {
            Node = ReadNode(read, defaults.Node) with { MaxRange = read.Number("max-range", defaults.Node.MaxRange) },
            PolicyFile = read.OptionalText("policy-file"),
            RateLimitFile = read.OptionalText("rate-limit-file"),
            AllowTestDomain = read.Flag("allow-test-domain"),
            SthFile = read.Text("sth-file", defaults.SthFile),
            Secondaries = await ReadSecondariesAsync(values, read, cancellationToken).ConfigureAwait(false),
            LostNodes = read.NodeIds("lost-node"),
            NoSecondary = read.Flag("no-secondary"),
            CommitWait = read.Duration("commit-wait", defaults.CommitWait),
            RequireQuorum = read.Flag("require-quorum"),
            CosignatureGrace = read.Duration("cosignature-grace", defaults.CosignatureGrace),
            WitnessRequestsPerDay = read.Number("witness-requests-per-day", defaults.WitnessRequestsPerDay),
            DnsServer = read.OptionalText("dns-server"),
            QueueLength = read.Number("queue-length", defaults.QueueLength),
            BatchSize = read.Number("batch-size", defaults.BatchSize),
        };
        if (read.OptionalNumber("secondary-quorum") is { } quorum)
            options = options with { SecondaryQuorum = quorum };

        // What the rules say about the secondaries is noise when one of them could not be read.
        var unread = values.Problems.Any(problem => problem.Option is "secondary-url" or "secondary-pubkey-file");
        values.AddProblems(OptionRules.Check(options).Where(problem => !unread || !IsAboutSecondaries(problem)));
        values.AddProblems(await OptionFiles.CheckAsync(options, cancellationToken).ConfigureAwait(false));
        return values.Problems.Count == 0 ? options : null;
    }

    /// <summary>
    /// A secondary's options; null where <see cref="OptionValues.Problems"/> says why there are none.
    /// </summary>
    /// <param name="values">What was written.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="changesRoles">Whether the node may learn from a promotion record where its primary is.</param>
    public static async Task<SecondaryOptions?> ReadSecondaryAsync(
        OptionValues values, CancellationToken cancellationToken, bool changesRoles = false)
    {
        var read = new OptionReader(values);
        var primary = read.Url("primary-url");
        if (!changesRoles && primary is null && read.OptionalText("primary-url") is null)
        {
            values.AddProblem("primary-url",
                "is missing; write --primary-url=URL, the base URL of the primary's internal endpoint, such as " +
                "http://primary.example:6967");
        }

        var options = new SecondaryOptions
        {
            Node = ReadNode(read, new() { KeyFile = "" }),
            PrimaryUrl = primary,
            LogPublicKey = await read.PublicKeyAsync("log-key-file", cancellationToken).ConfigureAwait(false),
        };
        values.AddProblems(OptionRules.Check(options));
        values.AddProblems(await OptionFiles.CheckAsync(options, cancellationToken).ConfigureAwait(false));
        return values.Problems.Count == 0 ? options : null;
    }

    /// <summary>How a command reaches other nodes: time limit and certificates, and nothing else of a node.</summary>
    public static NodeOptions ReadConnection(OptionReader read, OptionValues values)
    {
        var tls = ReadInternalTls(read);
        foreach (var option in tls?.Missing() ?? [])
            values.AddProblem(option, "is missing: TLS between nodes takes all three --internal-tls options");
        return new() { KeyFile = "", Timeout = read.Duration("timeout", TimeSpan.FromSeconds(5)), InternalTls = tls };
    }

    private static InternalTlsFiles? ReadInternalTls(OptionReader read) => InternalTlsFiles.FromOptions(
        read.OptionalText(InternalTlsFiles.CertOption), read.OptionalText(InternalTlsFiles.KeyOption),
        read.OptionalText(InternalTlsFiles.CaOption));

    private static NodeOptions ReadNode(OptionReader read, NodeOptions defaults) => defaults with
    {
        KeyFile = read.Text("key-file", defaults.KeyFile),
        ExternalEndpoint = read.Endpoint("external-endpoint", defaults.ExternalEndpoint),
        InternalEndpoint = read.Endpoint("internal-endpoint", defaults.InternalEndpoint),
        InternalTls = ReadInternalTls(read),
        UrlPrefix = read.Text("url-prefix", defaults.UrlPrefix),
        Timeout = read.Duration("timeout", defaults.Timeout),
        Interval = read.Duration("interval", defaults.Interval),
        LogFile = read.OptionalText("log-file"),
        LogLevel = read.Level("log-level", defaults.LogLevel),
        Backend = read.Backend("backend", defaults.Backend),
        DataDir = read.Text("data-dir", defaults.DataDir),
        ScrubRate = read.Number("scrub-rate", defaults.ScrubRate),
        ScrubInterval = read.Duration("scrub-interval", defaults.ScrubInterval),
    };

    /// <summary>Pairs URLs with key files; half a pair is an error, never a secondary that is left out.</summary>
    private static async Task<ImmutableArray<SecondaryPeer>> ReadSecondariesAsync(
        OptionValues values, OptionReader read, CancellationToken cancellationToken)
    {
        var urls = read.Urls("secondary-url");
        var keys = await read.PublicKeysAsync("secondary-pubkey-file", cancellationToken).ConfigureAwait(false);
        if (urls.Count > keys.Count)
        {
            values.AddProblem("secondary-pubkey-file", $"{urls.Count} --secondary-url but {keys.Count} of these; " +
                "write --secondary-pubkey-file=FILE for each, in the same order");
        }
        else if (urls.Count < keys.Count)
        {
            values.AddProblem("secondary-url", $"{keys.Count} --secondary-pubkey-file but {urls.Count} of these; " +
                "write --secondary-url=URL for each, in the same order");
        }

        var peers = ImmutableArray.CreateBuilder<SecondaryPeer>();
        foreach (var (url, key) in urls.Zip(keys))
        {
            if (url is not null && key is { } publicKey)
                peers.Add(new SecondaryPeer(url, publicKey));
        }

        // One that could not be read must not look like none; nothing is started with what is returned here.
        return peers.DrainToImmutable();
    }

    private static bool IsAboutSecondaries(ConfigurationProblem problem) =>
        problem.Option is "secondary-url" or "secondary-pubkey-file" or "secondary-quorum";
}
