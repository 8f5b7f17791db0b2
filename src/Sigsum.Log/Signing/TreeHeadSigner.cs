using Microsoft.Extensions.Logging;
using Sigsum.Crypto;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Hosting;
using Sigsum.Log.Pipeline;
using Sigsum.Log.Replication;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Signing;

/// <summary>
/// Signs tree heads, and is the only place that does. Order matters and is fixed here: authority, size, consistency
/// with the last signed head, signature, self-check, stable storage, and only then the size is told to anybody.
/// </summary>
internal sealed partial class TreeHeadSigner(
    ISigner signer,
    SthFile file,
    StartupFile startup,
    INodeReader tree,
    PrimaryRole role,
    bool startupPending,
    Watermark signedSize,
    NodeServices services)
{
    private readonly ILogger _logger = services.Logger<TreeHeadSigner>();
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile StoredTreeHead? _last;
    private bool _startupPending = startupPending;

    /// <summary>Completes when there is a first head.</summary>
    public Task HasHead => _first.Task;

    /// <summary>The latest head that is signed and stored, or null before the first.</summary>
    public StoredTreeHead? Last => _last;

    /// <summary>Goes on from a head that was signed and stored earlier.</summary>
    public void Resume(StoredTreeHead head) => Move(head);

    /// <summary>Signs <paramref name="next"/> unless it is no larger than the last signed head.</summary>
    /// <returns>The latest stored head.</returns>
    /// <exception cref="InvariantViolationException">The tree is not an extension of the last signed head.</exception>
    /// <exception cref="OperationCanceledException">The authority to sign was taken away.</exception>
    public async Task<StoredTreeHead?> ExtendAsync(ReplicatedTreeHead next, CancellationToken cancellationToken)
    {
        var previous = _last;
        if (previous is not null && next.TreeHead.Size <= previous.Size)
        {
            // A promoted primary whose secondaries hold all there is: it goes on from the head that was published last.
            if (_startupPending && next.TreeHead == previous.Signed.TreeHead)
                Adopt(previous);
            return previous;
        }

        return await SignAsync(next.TreeHead, previous, cancellationToken);
    }

    /// <summary>Signs the tree of a log that starts: empty, or the local tree where the operator asked for that.</summary>
    /// <exception cref="StartupException">The head cannot be stored.</exception>
    public async Task<StoredTreeHead> SignFirstAsync(TreeHead head, CancellationToken cancellationToken)
    {
        Invariant.Check(_last is null, "a first tree head is signed only where there is none yet");
        try
        {
            return await SignAsync(head, null, cancellationToken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartupException(
                $"cannot store the first signed tree head in {file.Path} (--sth-file): {error.Message}");
        }
    }

    private async Task<StoredTreeHead> SignAsync(
        TreeHead head, StoredTreeHead? previous, CancellationToken cancellationToken)
    {
        role.Revoked.ThrowIfCancellationRequested();
        CheckConsistent(previous?.Signed.TreeHead, head);
        var signed = await SignedTreeHead.SignAsync(head, signer, cancellationToken);
        Invariant.Check(signed.Verify(signer.PublicKey), "the signer returned a signature that does not verify");
        role.Revoked.ThrowIfCancellationRequested();

        // A crash before the file is replaced: nobody has seen the new head, the old one stands. After it: the new
        // one stands and is published after the restart. An error here is fatal: what the disk holds is unknown.
        // A startup file is used up by the first head; it goes first, so that both are never there. A crash between
        // the two leaves neither, and the operator says again how the log starts.
        UseUpStartup();
        var stored = StoredTreeHead.Store(signed, file);
        Move(stored);
        Signed(_logger, stored.Size, head.RootHash);
        return stored;
    }

    private void Adopt(StoredTreeHead head)
    {
        UseUpStartup();
        StoredTreeHead.Store(head.Signed, file);
    }

    private void UseUpStartup()
    {
        if (_startupPending)
            startup.Remove();
        _startupPending = false;
    }

    private void Move(StoredTreeHead head)
    {
        _last = head;
        signedSize.Advance(head.Size);
        services.Metrics.Trees.SetSize(TreeStage.Signed, head.Size);
        _first.TrySetResult();
    }

    /// <summary>The proof that witnesses will ask for is made and verified before anything is signed.</summary>
    private void CheckConsistent(TreeHead? previous, TreeHead next)
    {
        Invariant.Check(
            ProofBuilder.Root(next.Size, tree) == next.RootHash,
            $"the stored tree does not have the root {next.RootHash} for size {next.Size}");
        if (previous is not { Size: > 0 } old || old == next)
            return;
        Invariant.Check(old.Size < next.Size, $"the log would go back from size {old.Size} to {next.Size}");
        var proof = ProofBuilder.Consistency(old.Size, next.Size, tree);
        Invariant.Check(
            ProofVerifier.VerifyConsistency(old, next, proof.Path.AsSpan()),
            $"the tree of size {next.Size} does not contain the signed tree of size {old.Size}");
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "signed size {Size} root {Root}")]
    private static partial void Signed(ILogger logger, ulong size, Hash root);
}
