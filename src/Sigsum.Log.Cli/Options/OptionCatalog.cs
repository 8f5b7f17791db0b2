using System.Collections.Immutable;
using System.Globalization;
using Sigsum.Log.Hosting;

namespace Sigsum.Log.Cli.Options;

/// <summary>
/// Every option of the two node programs. Parsing, the configuration file, help and the test of the manual all go by
/// this list. Names, tables and defaults are log-go's where log-go has the option.
/// </summary>
internal static class OptionCatalog
{
    private static readonly PrimaryOptions Defaults = new() { Node = new() { KeyFile = "" } };

    /// <summary>Names the file that the others are read from.</summary>
    public static OptionSpec Config { get; } = new("config", OptionKind.Text, FileTable.None, "file",
        "Configuration file, instead of the one that SIGSUM_LOGSERVER_CONFIG names.")
    { Default = ConfigFile.DefaultPath };

    /// <summary>Where the latest signed tree head is; sigsum-mktree has it too.</summary>
    public static OptionSpec SthFile { get; } = new("sth-file", OptionKind.Text, FileTable.Primary, "file",
        "File where the latest signed tree head is stored.")
    { Default = Defaults.SthFile };

    /// <summary>Where the embedded store is; init has it too.</summary>
    public static OptionSpec DataDir { get; } = new("data-dir", OptionKind.Text, FileTable.Root, "directory",
        "Directory of the embedded store.")
    { Default = Defaults.Node.DataDir };

    /// <summary>The log's public key, as a secondary is told; init has it too.</summary>
    public static OptionSpec LogKeyFile { get; } = new("log-key-file", OptionKind.Text, FileTable.Secondary, "file",
        "The log's public key; a data directory that belongs to another log is refused.");

    /// <summary>The key that a node signs with; the commands for keys have it too.</summary>
    public static OptionSpec KeyFile { get; } = new("key-file", OptionKind.Text, FileTable.Root, "file",
        "Key file (OpenSSH format), either an unencrypted private key, or a public key (accessed via ssh-agent); " +
        "or a pkcs11: URI that names a private key in a token.");

    /// <summary>The result for scripts; commands that print one have it.</summary>
    public static OptionSpec Json { get; } = new("json", OptionKind.Flag, FileTable.None, "",
        "Print the result as one JSON object.");

    /// <summary>Everything but the change; commands that change something have it.</summary>
    public static OptionSpec DryRun { get; } = new("dry-run", OptionKind.Flag, FileTable.None, "",
        "Change nothing, and tell what would be done.");

    /// <summary>Answers every question; commands that change something have it, so that scripts can always write it.</summary>
    public static OptionSpec Yes { get; } = new("yes", OptionKind.Flag, FileTable.None, "",
        "Answer every question with yes.");

    /// <summary>What every command has that changes something.</summary>
    public static ImmutableArray<OptionSpec> OfChanges { get; } = [Yes, DryRun, Json];

    /// <summary>Nodes that nobody waits for; promote has it too.</summary>
    public static OptionSpec LostNode { get; } = new("lost-node", OptionKind.Texts, FileTable.Primary, "id",
        "A node of this log that is gone for good, by its id; repeat it for several.");

    /// <summary>The log's key on a node that changes roles; promote has it too.</summary>
    public static OptionSpec SigningKeyFile { get; } = new("signing-key-file", OptionKind.Text, FileTable.Primary, "file",
        "The log's key, where --key-file is the key that the node acknowledges with while it is a secondary.");

    /// <summary>TLS between nodes; commands that ask nodes have it too.</summary>
    public static ImmutableArray<OptionSpec> InternalTls { get; } =
    [
        new(InternalTlsFiles.CertOption, OptionKind.Text, FileTable.Root, "file",
            "TLS certificate of this node (PEM, with its chain), to authenticate to other nodes; needs the next two."),
        new(InternalTlsFiles.KeyOption, OptionKind.Text, FileTable.Root, "file",
            "Private key of that certificate (PEM, unencrypted)."),
        new(InternalTlsFiles.CaOption, OptionKind.Text, FileTable.Root, "file",
            "CA certificates, or other nodes' self-signed ones (PEM), that other nodes must show."),
    ];

    /// <summary>What both programs have.</summary>
    public static ImmutableArray<OptionSpec> Node { get; } =
    [
        Config,
        DataDir,
        new("external-endpoint", OptionKind.Text, FileTable.Root, "host:port",
            "TCP listen port for serving clients.") { Default = Defaults.Node.ExternalEndpoint.ToString() },
        new("internal-endpoint", OptionKind.Text, FileTable.Root, "host:port",
            "Internal TCP listen port, for metrics and replication with other nodes.")
            { Default = Defaults.Node.InternalEndpoint.ToString() },
        .. InternalTls,
        new("backend", OptionKind.Text, FileTable.Root, "value",
            "Either \"embedded\" (a store in --data-dir) or \"ephemeral\" (in memory, with NO persistent storage).")
            { Default = "embedded" },
        new("url-prefix", OptionKind.Text, FileTable.Root, "string",
            "Optional URL prefix, preceding endpoint names such as /get-tree-head."),
        new("timeout", OptionKind.Text, FileTable.Root, "value",
            "Timeout for outgoing requests.") { Default = GoDuration.Format(Defaults.Node.Timeout) },
        KeyFile,
        new("interval", OptionKind.Text, FileTable.Root, "value",
            "Longest time between two cosigned tree heads.") { Default = GoDuration.Format(Defaults.Node.Interval) },
        new("log-file", OptionKind.Text, FileTable.Root, "file",
            "File to write logs to, or stderr if unset."),
        new("log-level", OptionKind.Text, FileTable.Root, "level",
            "Log level (available: debug, info, warning, error).") { Default = "info" },
        new("scrub-rate", OptionKind.Number, FileTable.Root, "number",
            "Stored leaves that are read and checked in a second at most, in the background; 0 turns it off.")
            { Default = Invariant(Defaults.Node.ScrubRate) },
        new("scrub-interval", OptionKind.Text, FileTable.Root, "value",
            "Time between two checks of the whole store.") { Default = GoDuration.Format(Defaults.Node.ScrubInterval) },
        new("trillian-rpc-server", OptionKind.Text, FileTable.Root, "host:port",
            "Ignored: there is no Trillian server.") { Ignored = true },
        new("trillian-tree-id-file", OptionKind.Text, FileTable.Root, "file",
            "Ignored: there is no Trillian server.") { Ignored = true },
    ];

    /// <summary>What only a primary has.</summary>
    public static ImmutableArray<OptionSpec> PrimaryOnly { get; } =
    [
        SthFile,
        new("policy-file", OptionKind.Text, FileTable.Primary, "file",
            "Policy that defines the witnesses to query, and the quorum."),
        new("rate-limit-file", OptionKind.Text, FileTable.Primary, "file",
            "Enable rate limiting, based on the given file."),
        new("allow-test-domain", OptionKind.Flag, FileTable.Primary, "",
            "Allow submit tokens from test.sigsum.org."),
        new("secondary-url", OptionKind.Texts, FileTable.Primary, "url",
            "Internal endpoint of a secondary node; repeat it for several."),
        new("secondary-pubkey-file", OptionKind.Texts, FileTable.Primary, "file",
            "Public key of that secondary node; one for each --secondary-url, in the same order."),
        new("secondary-quorum", OptionKind.Number, FileTable.Primary, "number",
            "How many secondaries must have stored a leaf before it is committed; all if unset."),
        LostNode,
        new("no-secondary", OptionKind.Flag, FileTable.Primary, "",
            "Run without any secondary: a leaf is committed when only this node has it."),
        new("max-range", OptionKind.Number, FileTable.Primary, "value",
            "Maximum number of leaves that can be retrieved in a single request.")
            { Default = Invariant(Defaults.Node.MaxRange) },
        new("commit-wait", OptionKind.Text, FileTable.Primary, "value",
            "How long add-leaf waits for the commit before it answers 202.")
            { Default = GoDuration.Format(Defaults.CommitWait) },
        new("require-quorum", OptionKind.Flag, FileTable.Primary, "",
            "Never publish a tree head without the policy's quorum of cosignatures."),
        new("cosignature-grace", OptionKind.Text, FileTable.Primary, "value",
            "How long to wait for further cosignatures once the quorum is there.")
            { Default = GoDuration.Format(Defaults.CosignatureGrace) },
        new("witness-requests-per-day", OptionKind.Number, FileTable.Primary, "number",
            "Upper bound on the long-run average of requests to one witness in 24 hours.")
            { Default = Invariant(Defaults.WitnessRequestsPerDay) },
        new("dns-server", OptionKind.Text, FileTable.Primary, "address",
            "DNS server for submit tokens, an IP address with or without port; the system's if unset."),
        new("queue-length", OptionKind.Number, FileTable.Primary, "number",
            "Leaves that may wait to be stored; beyond it add-leaf answers 503.")
            { Default = Invariant(Defaults.QueueLength) },
        new("batch-size", OptionKind.Number, FileTable.Primary, "number",
            "Most leaves that are stored with one sync.") { Default = Invariant(Defaults.BatchSize) },
    ];

    /// <summary>What only a secondary has.</summary>
    public static ImmutableArray<OptionSpec> SecondaryOnly { get; } =
    [
        new("primary-url", OptionKind.Text, FileTable.Secondary, "url",
            "Primary node endpoint for fetching leaves."),
        LogKeyFile,
    ];

    /// <summary>What the configuration file may hold.</summary>
    public static IEnumerable<OptionSpec> All => Node.Concat(PrimaryOnly).Append(SigningKeyFile).Concat(SecondaryOnly);

    /// <summary>An option of the nodes that a command has too.</summary>
    public static OptionSpec Named(string name) => All.First(option => option.Name == name);

    private static string Invariant(int number) => number.ToString(CultureInfo.InvariantCulture);
}
