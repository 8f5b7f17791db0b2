using Sigsum.Messages;
using Sigsum.Tokens;

namespace Sigsum.Client;

/// <summary>The requests of the log protocol (log.md, section 3). Nothing that is returned has been verified.</summary>
/// <remarks>
/// Every method throws <see cref="LogClientException"/> when the log cannot be reached, refuses, or sends something
/// else than the specification asks for, and <see cref="OperationCanceledException"/> when the caller cancels.
/// </remarks>
public interface ILogClient
{
    /// <summary>Fetches the latest published tree head with its cosignatures (section 3.1).</summary>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    /// <returns>A tree head whose signatures are not verified yet.</returns>
    Task<CosignedTreeHead> GetTreeHeadAsync(CancellationToken cancellationToken = default);

    /// <summary>Fetches a proof that a leaf is in the tree of a size (section 3.2).</summary>
    /// <param name="request">Tree size, at least 1, and leaf hash.</param>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    /// <returns>
    /// A proof that is not verified yet. For size 1 it is empty and made without asking the log, as the specification
    /// has it: the leaf is in such a tree if its hash is the root hash.
    /// </returns>
    Task<InclusionProof> GetInclusionProofAsync(
        InclusionProofRequest request, CancellationToken cancellationToken = default);

    /// <summary>Fetches a proof that one tree is the beginning of another (section 3.3).</summary>
    /// <param name="request">The sizes, the old one at most the new one.</param>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    /// <returns>
    /// A proof that is not verified yet. Where the old size is 0 or the new one, it is empty and made without asking
    /// the log, as the specification has it.
    /// </returns>
    Task<ConsistencyProof> GetConsistencyProofAsync(
        ConsistencyProofRequest request, CancellationToken cancellationToken = default);

    /// <summary>Fetches leaves (section 3.4).</summary>
    /// <param name="range">First index, and the index after the last; not empty.</param>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    /// <returns>At least one leaf, from the start of the range on; often fewer than asked for.</returns>
    Task<IReadOnlyList<Leaf>> GetLeavesAsync(LeavesRange range, CancellationToken cancellationToken = default);

    /// <summary>Submits a leaf (section 3.5).</summary>
    /// <param name="request">The signed message and the submitter's key.</param>
    /// <param name="token">The submit token that a log with rate limits asks for (section 4.2).</param>
    /// <param name="cancellationToken">Ends the wait; whether the log has taken the leaf is unknown then.</param>
    /// <returns>Whether the leaf is committed yet.</returns>
    Task<AddLeafStatus> AddLeafAsync(
        AddLeafRequest request, SubmitTokenHeader? token = null, CancellationToken cancellationToken = default);
}
