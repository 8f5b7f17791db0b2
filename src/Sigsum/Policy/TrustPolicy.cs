using System.Collections.Immutable;
using Sigsum.Crypto;
using Sigsum.Messages;
using Sigsum.Proofs;

namespace Sigsum.Policy;

/// <summary>
/// Which logs are accepted, which witnesses are known, and which sets of witnesses are enough (sigsum-go doc/policy.md,
/// C2SP tlog-policy). Immutable.
/// </summary>
public sealed class TrustPolicy
{
    private readonly Dictionary<Hash, PolicyLog> _logs;
    private readonly Dictionary<Hash, PolicyWitness> _witnesses;
    private readonly Quorum _quorum;

    internal TrustPolicy(ImmutableArray<PolicyLog> logs, ImmutableArray<PolicyWitness> witnesses, Quorum quorum)
    {
        Logs = logs;
        Witnesses = witnesses;
        _quorum = quorum;
        _logs = logs.ToDictionary(log => log.PublicKey.KeyHash());
        _witnesses = witnesses.ToDictionary(witness => witness.PublicKey.KeyHash());
    }

    /// <summary>The logs in the order of the file; no two with the same key.</summary>
    public ImmutableArray<PolicyLog> Logs { get; }

    /// <summary>
    /// The witnesses in the order of the file, whether or not the quorum needs them; no two with one key.
    /// </summary>
    public ImmutableArray<PolicyWitness> Witnesses { get; }

    /// <summary>Whether the policy asks for no cosignatures at all: <c>quorum none</c>.</summary>
    public bool QuorumIsNone => _quorum.IsNone;

    /// <summary>Reads a policy file. Keys may be in hex or vkeys; each vkey's type and key id are checked.</summary>
    /// <param name="input">
    /// The file: lines ended by <c>'\n'</c>, which the last may lack, as files that were written by hand do.
    /// </param>
    /// <exception cref="SigsumFormatException">An error, with the number of its line.</exception>
    public static TrustPolicy Parse(ReadOnlySpan<byte> input) => new PolicyParser().Parse(input);

    /// <summary>The log with this key hash, or null.</summary>
    /// <param name="keyHash">SHA-256 of the log's key.</param>
    public PolicyLog? FindLog(in Hash keyHash) => _logs.GetValueOrDefault(keyHash);

    /// <summary>The witness with this key hash, or null.</summary>
    /// <param name="keyHash">SHA-256 of the witness's key.</param>
    public PolicyWitness? FindWitness(in Hash keyHash) => _witnesses.GetValueOrDefault(keyHash);

    /// <summary>Whether cosignatures of these witnesses are enough.</summary>
    /// <param name="witnessKeyHashes">
    /// Key hashes of those whose cosignatures were verified; unknown ones do not count.
    /// </param>
    public bool IsQuorum(IReadOnlySet<Hash> witnessKeyHashes)
    {
        ArgumentNullException.ThrowIfNull(witnessKeyHashes);
        return _quorum.IsSatisfiedBy(witnessKeyHashes);
    }

    /// <summary>Verifies that a tree head is of a Sigsum log of the policy, and cosigned by a quorum.</summary>
    /// <param name="logKeyHash">SHA-256 of the log's key.</param>
    /// <param name="head">The tree head; cosignatures of unknown witnesses, and invalid ones, do not count.</param>
    /// <exception cref="ProofVerificationException">It is not.</exception>
    public void Verify(in Hash logKeyHash, CosignedTreeHead head)
    {
        ArgumentNullException.ThrowIfNull(head);
        if (FindLog(logKeyHash) is not { } log)
            throw new ProofVerificationException("the log is not in the policy");

        // A vkey names the origin that the log's checkpoints must have; a Sigsum log's follows from its key.
        string origin = Checkpoints.SigsumOrigin.ForLog(log.PublicKey);
        if (log.Name is { } name && name != origin)
            throw new ProofVerificationException("the policy gives the log another origin than that of a Sigsum log");
        if (!head.SignedTreeHead.Verify(log.PublicKey))
            throw new ProofVerificationException("the log's signature of the tree head is not valid");

        var verified = new HashSet<Hash>();
        int invalid = 0;
        foreach (Cosignature cosignature in head.Cosignatures)
        {
            if (FindWitness(cosignature.KeyHash) is not { } witness)
                continue;
            if (cosignature.Verify(witness.PublicKey, origin, head.SignedTreeHead.TreeHead))
                verified.Add(cosignature.KeyHash);
            else
                invalid++;
        }

        if (!IsQuorum(verified))
        {
            throw new ProofVerificationException(
                $"not enough cosignatures: {verified.Count} valid and {invalid} not valid of witnesses in the policy, "
                + $"{head.Cosignatures.Length} in all");
        }
    }
}
