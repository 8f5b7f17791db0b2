using System.Net;

namespace Sigsum.Client;

/// <summary>
/// Repeats what fails in a way that may pass, with pauses in between: growing ones, or as long as the other side asks.
/// </summary>
internal sealed class Patience(SubmitOptions options, CancellationToken cancellationToken)
{
    private Exception? _problem;

    /// <summary>Makes a problem known that is being waited out.</summary>
    public void Note(Exception problem) => _problem = problem;

    /// <summary>Repeats the work until it returns true.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; the last problem is the inner exception.</exception>
    public async Task UntilAsync(Func<Task<bool>> work)
    {
        TimeSpan pause = options.FirstPause;
        while (true)
        {
            TimeSpan asked = TimeSpan.Zero;
            try
            {
                if (await work().ConfigureAwait(false))
                    return;
            }
            catch (LogClientException e) when (MayPass(e))
            {
                Note(e);
                asked = e.RetryAfter ?? TimeSpan.Zero;
            }
            catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
            {
                throw GivenUp(e);
            }
            await PauseAsync(asked > pause ? asked : pause).ConfigureAwait(false);
            pause = pause * 2 < options.PollInterval ? pause * 2 : options.PollInterval;
        }
    }

    private static bool MayPass(LogClientException e) => e.Failure switch
    {
        LogClientFailure.Transport or LogClientFailure.Timeout => true,
        LogClientFailure.Status => e.StatusCode >= HttpStatusCode.InternalServerError,
        _ => false,
    };

    private async Task PauseAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            throw GivenUp(e);
        }
    }

    private OperationCanceledException GivenUp(OperationCanceledException e) => _problem is null
        ? e
        : new OperationCanceledException($"given up; last problem: {_problem.Message}", _problem, cancellationToken);
}
