namespace Sigsum.Log.Admission;

/// <summary>What became of a submit token.</summary>
internal abstract record TokenVerification
{
    private TokenVerification()
    {
    }

    /// <summary>The submitter controls the domain.</summary>
    /// <param name="Domain">The domain, normalized: what <see cref="IRateLimiter.TryReserve"/> takes.</param>
    internal sealed record Valid(string Domain) : TokenVerification;

    /// <summary>The token proves nothing: the submitter's mistake (400).</summary>
    /// <param name="Reason">One line for the submitter.</param>
    internal sealed record Invalid(string Reason) : TokenVerification;

    /// <summary>DNS gave no answer; the submitter should try again (503).</summary>
    /// <param name="Reason">One line for the submitter.</param>
    /// <param name="Detail">What went wrong, for the server's log only: it can name the resolver.</param>
    internal sealed record Unavailable(string Reason, string Detail) : TokenVerification;
}
