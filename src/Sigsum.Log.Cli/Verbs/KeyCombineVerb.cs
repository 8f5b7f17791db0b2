using Sigsum.Crypto;
using Sigsum.Keys;
using Sigsum.Log.Cli.Options;
using Sigsum.Log.Failover;
using Sigsum.Log.KeyShares;

namespace Sigsum.Log.Cli.Verbs;

/// <summary>Brings a private key back from its shares, and writes it as a key file.</summary>
internal sealed class KeyCombineVerb : OperatorVerb
{
    private static readonly OptionSpec ShareFile = new("share-file", OptionKind.Texts, FileTable.None, "file",
        "File with a share, or with several; repeat it for each.");

    private static readonly OptionSpec OutputFile = new("output-file", OptionKind.Text, FileTable.None, "file",
        "The key file to write (OpenSSH format, unencrypted).");

    /// <inheritdoc/>
    public override string Name => "combine";

    /// <inheritdoc/>
    protected override string FullName => $"key {Name}";

    /// <inheritdoc/>
    public override string Summary => "bring a key file back from its shares";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> Options { get; } =
        [ShareFile, OutputFile, OptionCatalog.LogKeyFile, .. OptionCatalog.OfChanges];

    /// <inheritdoc/>
    public override async Task<int?> RunAsync(OptionValues values, CancellationToken cancellationToken)
    {
        var read = new OptionReader(values);
        var sources = values.All("share-file").Select(written => written.Text).Where(text => text.Length > 0).ToList();
        var output = read.OptionalText("output-file");
        var logKey = await read.PublicKeyAsync("log-key-file", cancellationToken);
        var (json, dryRun) = (read.Flag("json"), read.Flag("dry-run"));
        if (sources.Count == 0)
            values.AddProblem("share-file", "is missing; write --share-file=FILE for each share");
        if (output is null)
            values.AddProblem("output-file", "is missing; write --output-file=FILE, the key file to make");
        if (values.Problems.Count > 0 || output is null)
            return null;

        return await RefusalsInWordsAsync(json, () =>
        {
            if (KeyVerbs.IsThere(output))
                throw new FailoverException($"{output} exists, and nothing is overwritten; name another --output-file");
            using var key = KeyCombiner.Combine([.. sources.SelectMany(Read)]);
            if (KeyVerbs.IsAnother(logKey, key.PublicKey))
            {
                throw new FailoverException($"the shares give the key with key hash {key.PublicKey.KeyHash()}, "
                    + $"and {read.OptionalText("log-key-file")} (--log-key-file) has {logKey!.Value.KeyHash()}");
            }

            if (!dryRun)
                SecretFile.Create(output, OpenSshKey.FormatPrivate(key));
            if (json)
                PrintJson(key.PublicKey, output, dryRun);
            else
                PrintText(key.PublicKey, output, dryRun);
            return Task.FromResult<int?>(0);
        });
    }

    private static IEnumerable<NamedShare> Read(string path)
    {
        using var reader = new StreamReader(path);
        var buffer = new char[KeyShareText.MaxLength + 1];
        var length = reader.ReadBlock(buffer);
        return KeyShareText.Parse(new string(buffer, 0, length), path).Select(share => new NamedShare(share, path));
    }

    private static void PrintText(PublicKey key, string output, bool dryRun)
    {
        var line = OpenSshKey.FormatPublic(key).TrimEnd();
        var did = dryRun ? "would write" : "wrote";
        Report.Table(
            [("key hash", key.KeyHash().ToString()), (did, output)],
            [$"the shares give the key with key hash {key.KeyHash()}", line, $"{did} {output}"]);
        Report.BelowTable(line);
    }

    private static void PrintJson(PublicKey key, string output, bool dryRun) => Report.PrintJson(new
    {
        KeyHash = key.KeyHash().ToString(),
        PublicKey = key.ToString(),
        File = output,
        Written = !dryRun,
    });
}
