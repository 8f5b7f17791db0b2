using Sigsum.Messages;

namespace Sigsum.Log.Storage;

/// <summary>Makes a <see cref="VerificationPass"/> in one go, for a node that is stopped. Reads only.</summary>
internal sealed class StoreVerifier(ILogStore store)
{
    private const int BatchSize = 4096;

    /// <summary>Reads and recomputes the whole store.</summary>
    /// <param name="heads">Heads that the tree must have had.</param>
    /// <param name="progress">Told the number of leaves done, after each batch.</param>
    /// <param name="cancellationToken">Ends it between two batches.</param>
    public VerificationReport Run(
        IReadOnlyList<ClaimedHead> heads, IProgress<ulong>? progress, CancellationToken cancellationToken)
    {
        var pass = new VerificationPass(store, heads);
        while (!pass.IsDone)
        {
            cancellationToken.ThrowIfCancellationRequested();
            pass.Step(BatchSize);
            progress?.Report(pass.Checked);
        }

        return new VerificationReport(
            pass.Checked, pass.Nodes, new TreeHead(pass.Checked, pass.Root),
            [.. pass.Problems.Select(problem => problem.Text)]);
    }
}
