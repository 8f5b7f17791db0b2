using Sigsum.Crypto;
using Sigsum.Log.Signing;

namespace Sigsum.Log.Witnessing;

/// <summary>
/// The question to the witnesses before the first new signature after a start: has anybody cosigned more of this log
/// than this node knows of? A primary that was put back to an older copy finds out here, before it can sign a fork.
/// </summary>
/// <remarks>
/// A log with secondaries goes on when every witness has answered or failed to, or enough for the quorum have answered:
/// its secondaries are the other guard. A log without one needs an answer of at least one witness, however long that
/// takes, unless its tree is still empty.
/// </remarks>
internal sealed class Preflight(bool needsAnswer)
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _passed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<Hash> _answered = [];
    private readonly HashSet<Hash> _asked = [];
    private HashSet<Hash> _witnesses = [];
    private Func<IReadOnlySet<Hash>, bool> _isQuorum = _ => true;

    /// <summary>
    /// Waits until clients may be let in, for a node that only the witnesses can tell that it is an older copy: until
    /// they have been asked, which takes no longer than <c>--timeout</c>. None of them may be there; then what was
    /// published last is shown, and nothing signed.
    /// </summary>
    public async Task HearAsync(PrimaryRole role, TimeProvider time, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, role.Revoked);
        await Task.WhenAny(_heard.Task, Task.Delay(Timeout.InfiniteTimeSpan, time, ended.Token));
    }

    /// <summary>Completes when signing may begin.</summary>
    public Task Passed => _passed.Task;

    /// <summary>These witnesses are asked from now on; called again when the policy is read again.</summary>
    /// <param name="witnesses">Key hashes of the witnesses that have a URL.</param>
    /// <param name="isQuorum">Whether a set of them satisfies the policy.</param>
    public void Expect(IEnumerable<Hash> witnesses, Func<IReadOnlySet<Hash>, bool> isQuorum)
    {
        lock (_gate)
        {
            _witnesses = [.. witnesses];
            _isQuorum = isQuorum;
            Decide();
        }
    }

    /// <summary>The witness has cosigned no more than this node has signed.</summary>
    public void Answered(Hash witness)
    {
        lock (_gate)
        {
            _asked.Add(witness);
            _answered.Add(witness);
            Decide();
        }
    }

    /// <summary>The witness could not be asked, or its answer says nothing about what it has cosigned.</summary>
    public void Silent(Hash witness)
    {
        lock (_gate)
        {
            _asked.Add(witness);
            Decide();
        }
    }

    private void Decide()
    {
        var answered = _witnesses.Where(_answered.Contains).ToHashSet();
        var quorum = answered.Count > 0 && _isQuorum(answered);
        if (!_witnesses.All(_asked.Contains) && !quorum)
            return;
        _heard.TrySetResult();
        if (_witnesses.Count == 0 || !needsAnswer || answered.Count > 0)
            _passed.TrySetResult();
    }
}
