using Microsoft.Extensions.Logging;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Hosting;
using Sigsum.Log.Pipeline;
using Sigsum.Log.Replication;

namespace Sigsum.Log.Signing;

/// <summary>
/// Commits leaves: whenever the secondaries hold more, signs it. From the moment a head is stored, the leaves under
/// it are committed and their submitters get 200.
/// </summary>
/// <param name="gate">What may be signed.</param>
/// <param name="signer">Who signs.</param>
/// <param name="role">The authority to sign.</param>
/// <param name="preflight">Completes when the witnesses have been heard, or there is nothing to ask them about; nothing is
/// signed before that.</param>
/// <param name="minimum">
/// The size that the secondaries must hold before the first signature: what this node held when it started, since all of it may
/// have been signed before.
/// </param>
/// <param name="changed">Set whenever a secondary holds more.</param>
/// <param name="services">The node's surroundings.</param>
internal sealed partial class Committer(
    ReplicationGate gate,
    TreeHeadSigner signer,
    PrimaryRole role,
    Task preflight,
    ulong minimum,
    Signal changed,
    NodeServices services)
{
    private readonly ILogger _logger = services.Logger<Committer>();
    private readonly HealthCondition _condition = services.Health.Register("signing");

    /// <summary>Signs until cancelled, or until the authority to sign is taken away; then it only waits.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await WaitForWitnessesAsync(cancellationToken);
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));
        while (role.RevokedBecause is null)
        {
            try
            {
                if (gate.Current is { } replicated)
                {
                    services.Metrics.Trees.SetSize(TreeStage.Replicated, replicated.TreeHead.Size);
                    if (replicated.TreeHead.Size >= minimum)
                        await signer.ExtendAsync(replicated, cancellationToken);
                }

                _condition.Met();
                backoff.Reset();
                using var either =
                    CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, role.Revoked);
                await changed.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (role.Revoked.IsCancellationRequested)
            {
                break;
            }
            catch (SignerException error)
            {
                // The key is out of reach (an agent that restarts); nothing was signed, and nothing is lost.
                _condition.NotMet($"the key is out of reach: {error.Message}");
                await Task.Delay(backoff.Next(), services.Time, cancellationToken);
            }
        }

        _condition.NotMet($"stopped for good: {role.RevokedBecause}");
        Stopped(_logger, role.RevokedBecause);
        await Task.Delay(Timeout.InfiniteTimeSpan, services.Time, cancellationToken);
    }

    private async Task WaitForWitnessesAsync(CancellationToken cancellationToken)
    {
        if (preflight.IsCompleted)
            return;
        _condition.NotMet("no witness has said yet what it has cosigned");
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, role.Revoked);
        try
        {
            await preflight.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (role.Revoked.IsCancellationRequested)
        {
            // A witness has cosigned more than this node has signed; the caller sees that signing is over.
        }
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "no new tree head is signed any more: {Reason}")]
    private static partial void Stopped(ILogger logger, string? reason);
}
