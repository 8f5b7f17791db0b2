using System.Collections.Immutable;
using System.Globalization;
using Sigsum.Crypto;
using Sigsum.Log.Cli.Options;
using Sigsum.Log.Failover;
using Sigsum.Log.KeyShares;
using Sigsum.Log.Signing;
using Sigsum.Log.Signing.Pkcs11;

namespace Sigsum.Log.Cli.Verbs;

/// <summary>Splits the private key in a file into shares for its backup, each proved before it is written.</summary>
internal sealed class KeySplitVerb : OperatorVerb
{
    private static readonly OptionSpec Shares = new("shares", OptionKind.Number, FileTable.None, "number",
        "How many shares to make, at most 16.");

    private static readonly OptionSpec Threshold = new("threshold", OptionKind.Number, FileTable.None, "number",
        "How many of them give the key back, at least 2.");

    private static readonly OptionSpec OutputDir = new("output-dir", OptionKind.Text, FileTable.None, "directory",
        "Directory for one file for each share; made if it is not there. Without it all shares are printed.");

    /// <inheritdoc/>
    public override string Name => "split";

    /// <inheritdoc/>
    protected override string FullName => $"key {Name}";

    /// <inheritdoc/>
    public override string Summary => "make shares of a key file, some of which give it back";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> Options { get; } =
        [OptionCatalog.Config, OptionCatalog.KeyFile, Shares, Threshold, OutputDir, .. OptionCatalog.OfChanges];

    /// <inheritdoc/>
    public override async Task<int?> RunAsync(OptionValues values, CancellationToken cancellationToken)
    {
        var read = new OptionReader(values);
        var keyFile = read.OptionalText("key-file");
        var shares = read.Number("shares", 0);
        var threshold = read.Number("threshold", 0);
        var directory = read.OptionalText("output-dir");
        var (json, dryRun) = (read.Flag("json"), read.Flag("dry-run"));
        Check(values, keyFile, shares, threshold);
        if (json && directory is null && !dryRun)
            values.AddProblem("json", "tells about files; write --output-dir=DIR with it");
        if (values.Problems.Count > 0 || keyFile is null)
            return null;

        var files = Enumerable.Range(1, shares).Select(index => Path.Combine(
            directory ?? "", string.Create(CultureInfo.InvariantCulture, $"key-share-{index}-of-{shares}.txt"))).ToList();
        return await RefusalsInWordsAsync(json, async () =>
        {
            if (directory is not null && files.Find(KeyVerbs.IsThere) is { } there)
                throw new FailoverException($"{there} exists, and nothing is overwritten; name another --output-dir");
            using var opened = await KeyFile.OpenAsync(keyFile, null, cancellationToken);
            if (opened.Signer is not Ed25519Signer key)
            {
                throw new FailoverException($"{keyFile} is a public key, and an agent does not give the private key away; name "
                    + "the file with the private key");
            }

            var texts = KeySplitter.Split(key, threshold, shares);
            if (!dryRun && directory is null)
                Console.Write(string.Join('\n', texts));
            else if (!dryRun)
                Write(directory!, files, texts);
            if (directory is not null || dryRun)
                Print(key.PublicKey, shares, threshold, directory is null ? [] : files, json, dryRun);
            return 0;
        });
    }

    private static void Check(OptionValues values, string? keyFile, int shares, int threshold)
    {
        if (keyFile is null)
            values.AddProblem("key-file", "is missing; write --key-file=FILE, the file with the private key");
        else if (Pkcs11Uri.IsUri(keyFile))
            values.AddProblem("key-file", "is a token's, which does not give the private key away; back it up with a clone");
        if (threshold < KeyShare.MinThreshold)
            values.AddProblem("threshold", $"must be at least {KeyShare.MinThreshold}: one share would be the key");
        if (shares is < KeyShare.MinThreshold or > KeyShare.MaxShares)
            values.AddProblem("shares", $"must be from {KeyShare.MinThreshold} to {KeyShare.MaxShares}");
        else if (threshold > shares)
            values.AddProblem("threshold", $"must be at most the number of shares, which is {shares}");
    }

    /// <summary>All files or none.</summary>
    private static void Write(string directory, List<string> files, ImmutableArray<string> texts)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(directory);
        else
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var written = new List<string>();
        try
        {
            foreach (var (file, text) in files.Zip(texts))
            {
                SecretFile.Create(file, text);
                written.Add(file);
            }
        }
        catch
        {
            written.ForEach(File.Delete);
            throw;
        }
    }

    private static void Print(PublicKey key, int shares, int threshold, List<string> files, bool json, bool dryRun)
    {
        if (json)
        {
            Report.PrintJson(new
            {
                KeyHash = key.KeyHash().ToString(),
                Shares = shares,
                Threshold = threshold,
                Files = files,
                Written = !dryRun,
            });
            return;
        }

        var did = dryRun ? "would write" : "wrote";
        Report.Table(
            [
                ("key hash", key.KeyHash().ToString()), ("shares", $"{shares}; any {threshold} give the key back, as was tried"),
                .. files.Select(file => (did, file)),
            ],
            [
                $"{shares} shares of the key with key hash {key.KeyHash()}; any {threshold} of them give it back, as was tried",
                .. files.Select(file => $"{did} {file}"),
            ]);
    }
}
