using Sigsum.Crypto;
using Sigsum.Keys;
using Sigsum.Log.Cli.Options;
using Sigsum.Log.Signing;
using Sigsum.Log.Signing.Pkcs11;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Cli.Verbs;

/// <summary>
/// Says whether the key that --key-file names signs, by having it sign a test message, and whether it is the log's key.
/// Changes nothing.
/// </summary>
internal sealed class KeyCheckVerb : OperatorVerb
{
    private static readonly OptionSpec DataDir = new("data-dir", OptionKind.Text, FileTable.None, "directory",
        "Data directory of a stopped node: the key is compared with the one that the store belongs to.");

    /// <inheritdoc/>
    public override string Name => "check";

    /// <inheritdoc/>
    protected override string FullName => $"key {Name}";

    /// <inheritdoc/>
    public override string Summary => "is this key usable, and is it the log's?";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> Options { get; } =
        [OptionCatalog.Config, OptionCatalog.KeyFile, OptionCatalog.LogKeyFile, DataDir, OptionCatalog.Json];

    /// <inheritdoc/>
    public override async Task<int?> RunAsync(OptionValues values, CancellationToken cancellationToken)
    {
        var read = new OptionReader(values);
        var keyFile = read.OptionalText("key-file");
        if (keyFile is null)
            values.AddProblem("key-file", "is missing; write --key-file=FILE, or a pkcs11: URI");
        var logKey = await read.PublicKeyAsync("log-key-file", cancellationToken);
        // The data directory in the configuration file is that of a node that runs, most of the time, and holds it.
        var dataDir = values.Last("data-dir") is { Place: null, Text.Length: > 0 } written ? written.Text : null;
        var json = read.Flag("json");
        if (values.Problems.Count > 0 || keyFile is null)
            return null;

        return await RefusalsInWordsAsync(json, async () =>
        {
            using var opened = await KeyFile.OpenAsync(keyFile, null, cancellationToken);
            await TestSignature.ProveAsync(opened.Signer, cancellationToken);
            foreach (var warning in opened.Warnings)
                await Console.Error.WriteLineAsync($"warning: {warning}");
            var comparisons = Compare(opened.Signer.PublicKey, logKey, read.OptionalText("log-key-file"), dataDir);
            if (json)
                PrintJson(opened.Signer, comparisons);
            else
                PrintText(opened.Signer, comparisons);
            return comparisons.TrueForAll(comparison => comparison.Same) ? 0 : 1;
        });
    }

    private static List<Comparison> Compare(PublicKey key, PublicKey? logKey, string? logKeyFile, string? dataDir)
    {
        var comparisons = new List<Comparison>();
        if (logKey is { } expected)
            comparisons.Add(new Comparison($"the public key in {logKeyFile}", expected.KeyHash(), key.KeyHash()));
        if (dataDir is null)
            return comparisons;
        using var store = Open(dataDir);
        var hash = store.Identity.LogKeyHash ?? throw new StoreException(
            $"{dataDir} does not know its log's key yet: no primary has run there, and --log-key-file was not given to the "
            + "secondary; compare with --log-key-file instead");
        comparisons.Add(new Comparison($"the log key of the store in {dataDir}", hash, key.KeyHash()));
        return comparisons;
    }

    private static void PrintText(ISigner signer, List<Comparison> comparisons)
    {
        var key = OpenSshKey.FormatPublic(signer.PublicKey).TrimEnd();
        var hash = signer.PublicKey.KeyHash().ToString();
        List<string> compared = [.. comparisons.Select(comparison => comparison.Same
            ? $"it is {comparison.With}"
            : $"ANOTHER KEY: it is not {comparison.With}, whose key hash is {comparison.Expected}")];
        if (comparisons.Count == 0)
            compared.Add("not compared with the log's key (--log-key-file, --data-dir)");
        Report.Table(
            [("key", $"in {Place(signer)}, and signs"), ("key hash", hash), .. compared.Select(line => ("compared", line))],
            [$"the key is in {Place(signer)} and signs", key, $"key hash {hash}", .. compared]);
        Report.BelowTable(key);
    }

    private static void PrintJson(ISigner signer, List<Comparison> comparisons) => Report.PrintJson(new
    {
        Usable = true,
        Place = Place(signer),
        PublicKey = signer.PublicKey.ToString(),
        KeyHash = signer.PublicKey.KeyHash().ToString(),
        IsLogKey = comparisons.Count == 0 ? null : (bool?)comparisons.TrueForAll(comparison => comparison.Same),
        ComparedWith = comparisons.Select(comparison => new
        {
            Name = comparison.With,
            KeyHash = comparison.Expected.ToString(),
            comparison.Same,
        }),
    });

    private static string Place(ISigner signer) => signer switch
    {
        SshAgentSigner => "an ssh-agent",
        Pkcs11Signer => "a token",
        _ => "a file",
    };

    private sealed record Comparison(string With, Hash Expected, Hash Actual)
    {
        public bool Same => Expected == Actual;
    }
}
