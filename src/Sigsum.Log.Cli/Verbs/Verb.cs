using Sigsum.Log.Cli.Options;

namespace Sigsum.Log.Cli.Verbs;

/// <summary>One thing that the program can be asked to do.</summary>
internal abstract class Verb : Command
{
    /// <summary>
    /// What the program ends with when it was called wrongly: 1 where log-go has the same program, which does so too.
    /// </summary>
    public virtual int UsageExitCode => 2;

    /// <summary>What it takes besides <c>--help</c> and <c>--version</c>.</summary>
    public abstract IReadOnlyList<OptionSpec> Options { get; }

    /// <summary>
    /// Does it. Every problem with what was written is noted in <paramref name="values"/> before anything is done.
    /// </summary>
    /// <returns>The exit code, or null when nothing was done because <see cref="OptionValues.Problems"/> has
    /// entries.</returns>
    public abstract Task<int?> RunAsync(OptionValues values, CancellationToken cancellationToken);
}
