using Sigsum.Log.Cli.Options;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Cli.Verbs;

/// <summary>
/// Says how a primary begins at its next start, with the same checks as log-go's sigsum-mktree: nothing is ever
/// written where a signed tree head or a startup file is.
/// </summary>
internal sealed class MktreeVerb : Verb
{
    private static readonly OptionSpec Mode = new("mode", OptionKind.Text, FileTable.None, "mode",
        "How the log begins: \"empty\" (a new log), \"local-tree\" (sign what is stored), \"await-secondary\" (sign " +
        "it once the secondaries have it), or \"saved\" (write nothing, only check that there is a signed tree head).")
    { Default = "empty" };

    /// <inheritdoc/>
    public override string Name => "mktree";

    /// <inheritdoc/>
    public override string Summary => "say how a primary without a signed tree head begins";

    /// <inheritdoc/>
    public override int UsageExitCode => 1;

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> Options { get; } = [OptionCatalog.Config, OptionCatalog.SthFile, Mode];

    /// <inheritdoc/>
    public override async Task<int?> RunAsync(OptionValues values, CancellationToken cancellationToken)
    {
        var sthFile = new OptionReader(values).Text("sth-file", OptionCatalog.SthFile.Default);
        var name = values.Last("mode")?.Text ?? Mode.Default;
        var mode = StartupFile.ModeNamed(name);
        if (mode is null)
            values.AddProblem("mode", $"'{name}' is unknown; write empty, local-tree, await-secondary or saved");
        if (sthFile.Length == 0)
            values.AddProblem("sth-file", "is empty; write --sth-file=FILE");
        if (values.Problems.Count > 0 || mode is null)
            return null;

        if (Begin(sthFile, mode.Value) is not { } refusal)
            return 0;
        await Console.Error.WriteLineAsync($"{ProgramName.Mktree}: {refusal}").ConfigureAwait(false);
        return 1;
    }

    /// <summary>Does the work; says why not.</summary>
    public static string? Begin(string sthFile, StartupMode mode)
    {
        var startup = new StartupFile(sthFile, HostDisk.Instance);
        if (mode == StartupMode.Saved && !Exists(sthFile))
            return $"there is no signed tree head file {sthFile}";
        if (mode != StartupMode.Saved && Exists(sthFile))
        {
            return $"{sthFile} exists: the log goes on from the tree head in it, and does not begin with " +
                StartupFile.NameOf(mode);
        }

        if (Exists(startup.Path))
            return $"{startup.Path} exists: it says already how the log begins; remove it to say something else";
        if (mode == StartupMode.Saved)
            return null;
        try
        {
            startup.Create(mode);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"cannot write {startup.Path}: {error.Message}";
        }
    }

    /// <summary>Anything by that name counts, also a directory or a link to nowhere.</summary>
    private static bool Exists(string path) => Path.Exists(path) || new FileInfo(path).LinkTarget is not null;
}
